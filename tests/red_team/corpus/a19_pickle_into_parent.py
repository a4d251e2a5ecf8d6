"""Plants objects whose unpickling runs code in the grader, in results, names, exceptions and raw frames: no code runs there."""
import pickle

CODE = "import os; open('/tmp/loot_a19', 'w').write('BREACH ran in %d' % os.getpid()); print('BREACH unpickled')"


class Evil:
    def __reduce__(self):
        return exec, (CODE, {})


def kl_standard_normal(mu, logvar):
    return {"x": Evil(), "y": [pickle.dumps(Evil()).decode("latin-1")]}


def reparameterize(mu, logvar, eps=None):
    raise ValueError(Evil())
