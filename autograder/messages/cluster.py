"""What the command `regrade` says of a Dask cluster."""

LACKING = (
    "--scheduler needs the package distributed, which is not installed ({why}): run ./setup.sh --cluster, "
    "or pip install -r requirements-cluster.txt -c requirements.txt"
)
ADDRESS = "{address!r} is no scheduler's address: it should be like tcp://host:8786, as `dask scheduler` prints it"
UNREACHABLE = (
    "no Dask scheduler answers at {address} ({why}); start one with `dask scheduler`, or see whether the host, the "
    "port and tcp:// or tls:// are those that it prints"
)
NO_ANSWER = "no answer within {seconds:g} s"
OTHER = "at {address} is Dask's {found}, but should be the scheduler: name the address that `dask scheduler` prints"
NOT_TAKEN = "the cluster at {address} does not take the grader ({why}); see the scheduler's log"

# ------------------------------------------------------------------------------------- workers

DIFFERS = "worker {worker} has {package} {there}, but should have {wanted}, as here"
DIFFERENT = (
    "{which}. The same submission would not get the same results everywhere: install the same packages on all workers "
    "(requirements.txt, requirements-cluster.txt), or leave such workers out of the cluster"
)
LEFT_OUT_DIFFERS = "{which}; it is left out"
LEFT_OUT_BROKE = "worker {worker} cannot start the grader ({why}); it is left out"
NO_GPU = (
    "no worker of {address} offers a GPU: start those that have one with `dask worker ... --resources GPU=1`, or grade "
    "without --device cuda"
)
WAITING = "{address} has no worker{with_gpu} that can grade; waiting for one ..."
WITH_GPU = " with the resource GPU"
GOES_ON = "{address} has a worker again"

# ------------------------------------------------------------------------------------- while it runs

LOST = "the scheduler {address} is lost; what is finished is kept, and the same command goes on from there"
ON_WORKER = "{why} (on worker {worker})"
TASK_FAILED = "its task failed on the cluster: {why}; see the worker's log"
KILLED = "the workers that graded it were lost, again and again, also when nothing else was graded: see their logs"
LOG_THERE = "the logs of the workers"
