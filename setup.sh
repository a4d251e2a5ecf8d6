#!/usr/bin/env bash
# Builds the environment that grading runs in: a virtual environment `.venv` beside this file. Nothing is installed
# outside of it, except that root on a Debian or Ubuntu without Python's venv module gets that package by apt-get.
# Gradescope runs this file once, as root, when the autograder's image is built; at home ./run_autograder runs it.
#
#   ./setup.sh             what grading needs
#   ./setup.sh --pictures  also what reports draw pictures with
#   ./setup.sh --cluster   also what grades a class on a Dask cluster
#   ./setup.sh --dev       also what the project's own tests and checks need; pictures and cluster are among it
#   ./setup.sh --check     installs nothing; succeeds if everything is there (with --dev, --pictures, --cluster: that too)
#
#   PYTHON               the Python to build on, instead of the first suitable one
#   AUTOGRADER_VENV      where the environment goes, instead of .venv beside this file
#   TORCH_CPU_INDEX      where torch's CPU build comes from
#   AUTOGRADER_SETUP_NO_SMOKE=1   skips the trial run at the end of a new installation
set -euo pipefail

TORCH=2.13.0
TORCH_CPU_INDEX=${TORCH_CPU_INDEX:-https://download.pytorch.org/whl/cpu}

# Student code runs as another user than root, who must be able to read what is installed here.
umask 022
# Settings of the caller's that would send the packages elsewhere, or hide them.
unset PIP_PREFIX PIP_TARGET PIP_USER PYTHONHOME PYTHONPATH

say() { printf 'setup: %s\n' "$*"; }
warn() { printf 'setup: warning: %s\n' "$*" >&2; }

die() { # what went wrong, the cure
    printf 'setup: FAILED: %s\n' "$1" >&2
    printf 'setup: Cure: %s\n' "$2" >&2
    exit 1
}

# ---------------------------------------------------------------------------------------------- where and what

find_root() { # the folder with the grader's source; on Gradescope this script may be run from a copy elsewhere
    local here
    here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
    for root in "$here" "${AUTOGRADER_ROOT:-/autograder}/source"; do
        [ -f "$root/requirements.txt" ] && [ -d "$root/autograder" ] && return
    done
    die "there is no autograder/ beside $here/setup.sh" "run setup.sh where it lies in the project's folder"
}

read_options() {
    dev=no check=no pictures=no cluster=no
    for option in "$@"; do
        case $option in
            --dev) dev=yes pictures=yes cluster=yes ;;
            --pictures) pictures=yes ;;
            --cluster) cluster=yes ;;
            --check) check=yes ;;
            -h | --help) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p;}' "${BASH_SOURCE[0]}" && exit 0 ;;
            *) die "unknown option $option" "see ./setup.sh --help" ;;
        esac
    done
}

# ------------------------------------------------------------------------------------- is it installed already?

# A stamp is written when an installation is complete. It holds the fingerprint of all that it was made from, so a
# changed pin, a new Python or a moved folder makes it stale.
fingerprint() { # files...
    "$venv/bin/python" -I -S -c '
import hashlib, pathlib, sys
files = b"".join(pathlib.Path(name).read_bytes() for name in sys.argv[2:])
print(hashlib.sha256(files).hexdigest(), "Python", sys.version.split()[0], sys.argv[1])
' "torch $TORCH $venv" "$@" 2>/dev/null
}

base_fingerprint() { fingerprint "$root/requirements.txt"; }
pictures_fingerprint() { fingerprint "$root/requirements.txt" "$root/requirements-pictures.txt"; }
cluster_fingerprint() { fingerprint "$root/requirements.txt" "$root/requirements-cluster.txt"; }
dev_fingerprint() { fingerprint "$root/requirements.txt" "$root/requirements-dev.txt"; }

is_current() { # stamp, fingerprint
    [ -n "$2" ] && [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]
}

is_installed() {
    is_current "$base_stamp" "$(base_fingerprint)" || return 1
    [ "$pictures" = no ] || is_current "$pictures_stamp" "$(pictures_fingerprint)" || return 1
    [ "$cluster" = no ] || is_current "$cluster_stamp" "$(cluster_fingerprint)" || return 1
    [ "$dev" = no ] || is_current "$dev_stamp" "$(dev_fingerprint)"
}

# --------------------------------------------------------------------------------------------- choosing a Python

# Can everybody read a path? The user whom student code runs as cannot read a Python under root's private home.
IS_OPEN='
import os, sys

def is_open(path):
    path = os.path.realpath(path)
    if os.stat(path).st_mode & 0o005 != 0o005:
        return False
    while path != os.path.dirname(path):
        path = os.path.dirname(path)
        if not os.stat(path).st_mode & 0o001:
            return False
    return True
'

# Prints the version; "open" or "closed"; "complete" if it can make a virtual environment, else "bare".
DESCRIBE_PYTHON=$IS_OPEN'
import importlib.util

if sys.version_info < (3, 10):
    sys.exit(1)
interpreter = getattr(sys, "_base_executable", None) or sys.executable
everybody = is_open(interpreter) and is_open(os.path.dirname(os.__file__))
complete = all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))
print("%d.%d" % sys.version_info[:2], "open" if everybody else "closed", "complete" if complete else "bare")
'

describe() { "$1" -I -c "$DESCRIBE_PYTHON" </dev/null 2>/dev/null; }

is_root() { [ "$(id -u)" -eq 0 ]; }
can_apt() { is_root && command -v apt-get >/dev/null; }

preferences() { # best first
    echo 'open complete'
    if can_apt; then echo 'open bare'; fi
    echo 'closed complete'
    echo 'open bare'
    echo 'closed bare'
}

candidates() {
    if [ -n "${PYTHON:-}" ]; then
        echo "$PYTHON"
    else
        printf '%s\n' python3.13 python3.12 python3.11 python3.10 python3 /usr/bin/python3
    fi
}

choose_python() { # sets python_version, python_access, python_parts, python
    local candidate line found="" preference
    while read -r candidate; do
        line=$(describe "$candidate") || continue
        # To anybody but root it does not matter who else may read it: student code runs as the same user.
        is_root || line=${line/closed/open}
        found+="$line $(command -v "$candidate")"$'\n'
    done < <(candidates)
    while read -r preference; do
        while read -r python_version python_access python_parts python; do
            [ "$python_access $python_parts" = "$preference" ] && return
        done <<<"$found"
    done < <(preferences)
    die "found no Python 3.10 or newer${PYTHON:+ at $PYTHON}" \
        "install Python (3.10 to 3.13 are tried), or name one: PYTHON=/path/to/python3 ./setup.sh"
}

warn_if_closed() {
    is_root || return 0
    if [ "$python_access" = closed ]; then
        warn "other users may not read $python, so student code cannot run as an ordinary user"
        warn "cure: install Python for everybody (apt-get install python3), or name such a one in PYTHON"
    fi
    if ! "$python" -I -c "$IS_OPEN"'sys.exit(not is_open(sys.argv[1]))' "$(dirname "$venv")"; then
        warn "other users may not enter $(dirname "$venv"), so student code cannot run as an ordinary user"
        warn "cure: move the project, or set AUTOGRADER_VENV to a folder that everybody may read"
    fi
}

# ---------------------------------------------------------------------------------------------------- installing

step() { # what it does, command...: runs it with its output in the log, and shows the log's end if it fails
    local what=$1 start
    shift
    say "$what"
    start=$(wc -l <"$log")
    # 9 is the lock of one_at_a_time: nothing that stays behind may hold it.
    "$@" >>"$log" 2>&1 9>&- && return
    printf '%s\n' "---- the end of $log" >&2
    tail -n "+$((start + 1))" "$log" | tail -n 20 >&2
    printf '%s\n' ---- >&2
    die "$what" "$cure"
}

# -I here and below: a pip.py or random.py in the caller's folder must not stand in for the real one.
pip_install() { "$venv/bin/python" -I -m pip --disable-pip-version-check --no-input install --compile "$@"; }

one_at_a_time() { # two runs that start together must not build the same environment; macOS has no flock
    local folder
    folder=$(dirname "$venv")
    mkdir -p "$folder" 2>/dev/null && [ -w "$folder" ] ||
        die "$folder cannot be written" "set AUTOGRADER_VENV to a new folder in a place that can"
    command -v flock >/dev/null || return 0
    exec 9>"$venv.lock"
    flock 9
}

install_venv_module() {
    local package="python$python_version-venv"
    can_apt || die "$python has no venv module" \
        "install it (Debian, Ubuntu: sudo apt-get install $package), or name another Python in PYTHON"
    export DEBIAN_FRONTEND=noninteractive
    cure="install $package yourself, then run setup.sh again"
    step "installing $package, which $python lacks: looking it up" apt-get update
    step "installing $package" apt-get install -y --no-install-recommends "$package"
}

is_usable() { # an environment whose installation was not cut short, whose Python still works, and that was made here
    [ ! -e "$unfinished" ] || return 1
    grep -qsF "$venv" "$venv/bin/activate" || return 1 # in a folder that was moved, its commands point nowhere
    "$venv/bin/python" -I -c 'import pip, sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null
}

make_venv() { # keeps a usable one: a changed pin costs one package, not everything
    if is_usable; then
        : >"$log"
        return
    fi
    # Never delete a folder that is not an environment: AUTOGRADER_VENV may name anything.
    [ ! -e "$venv" ] || [ -f "$venv/pyvenv.cfg" ] || [ -e "$unfinished" ] || rmdir "$venv" 2>/dev/null ||
        die "$venv exists and is not a virtual environment" "move it away, or set AUTOGRADER_VENV to another folder"
    choose_python
    warn_if_closed
    rm -rf "$venv"
    mkdir -p "$venv"
    : >"$unfinished"
    : >"$log"
    [ "$python_parts" = complete ] || install_venv_module
    cure="name another Python: PYTHON=/path/to/python3 ./setup.sh"
    step "making $venv with Python $python_version ($python)" "$python" -I -m venv "$venv"
}

has_gpu() { [[ $(nvidia-smi -L 2>/dev/null) == "GPU "* ]]; }

install_torch() {
    cure="run setup.sh again where the network reaches the package index and, on Linux without a GPU, $TORCH_CPU_INDEX"
    cure+=" (or name a mirror of it in TORCH_CPU_INDEX); torch $TORCH must have a build for Python and this machine"
    if has_gpu; then
        step "installing torch $TORCH for this machine's GPU (some GB)" pip_install "torch==$TORCH"
    elif [ "$(uname -s)" = Darwin ]; then
        step "installing torch $TORCH" pip_install "torch==$TORCH"
    else
        step "installing torch $TORCH without CUDA (about 200 MB)" install_cpu_torch
    fi
}

# On Linux the package index's own torch brings gigabytes of CUDA; the CPU build has "+cpu" in its version. pip may know
# a source of it already. Only if not, torch's index is asked, and for torch alone (--no-deps): an index that cannot
# be reached costs retries for every package that pip looks for.
install_cpu_torch() {
    pip_install -qq --no-deps --retries 0 --timeout 15 "torch==$TORCH+cpu" ||
        pip_install --no-deps --extra-index-url "$TORCH_CPU_INDEX" "torch==$TORCH+cpu"
}

verify_torch() {
    local found
    found=$("$venv/bin/python" -I -c 'import torch; print(torch.__version__, torch.version.cuda or "")' 2>>"$log") ||
        die "torch does not start: $(tail -n 1 "$log")" "delete $venv and run setup.sh again; details are in $log"
    if [ "${found#* }" != "" ] && ! has_gpu; then
        die "torch $found is a CUDA build, and this machine has no GPU" "delete $venv and run setup.sh again"
    fi
    say "torch ${found% } works"
}

# A broken environment must show here, where it fails the build of the image, not when the first student submits.
try_it_out() {
    local sample
    sample=$(find_correct_sample)
    cure="read the lines above: the packages are complete, so the fault is in the grader or in an assignment"
    cure+="; AUTOGRADER_SETUP_NO_SMOKE=1 ./setup.sh skips this"
    cd "$root"
    if [ -n "$sample" ]; then
        step "trying it out on a correct submission" grade_correct_submission "$sample"
    elif [ -d "$root/submission" ]; then # a handout: what is in there earns what it earns
        step "trying it out" grade_what_is_there
    else
        step "trying it out" "$venv/bin/python" -m autograder --help
    fi
}

# A zip for Gradescope holds one assignment, so any one that is there will do.
find_correct_sample() {
    local folder
    for folder in "$root"/submissions_sample/vae/correct_reference "$root"/submissions_sample/*/correct_*; do
        if [ -d "$folder" ] && [ -d "$root/assignments/$(basename "$(dirname "$folder")")" ]; then
            printf '%s\n' "$folder"
            return
        fi
    done
}

grade_what_is_there() {
    local results
    results=$(mktemp)
    OMP_NUM_THREADS=1 MKL_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 \
        "$venv/bin/python" -m autograder grade --results "$results" && rm -f "$results"
}

grade_correct_submission() { # the folder
    local results assignment
    results=$(mktemp)
    assignment=$(basename "$(dirname "$1")")
    OMP_NUM_THREADS=1 MKL_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 \
        "$venv/bin/python" -m autograder grade "$assignment" "$1" --results "$results" &&
        "$venv/bin/python" -I -c "$EXPECT_FULL_SCORE" "$results" && rm -f "$results"
}

EXPECT_FULL_SCORE='
import json, sys
tests = json.load(open(sys.argv[1], encoding="utf-8"))["tests"]
lost = [test["name"] for test in tests if test["score"] < test["max_score"]]
sys.exit("a correct submission loses points at: " + "; ".join(lost) if lost else 0)
'

install_all() {
    local is_new=no
    [ -f "$base_stamp" ] || is_new=yes # also when the trial run failed last time
    make_venv
    : >"$unfinished"
    rm -f "$base_stamp" "$dev_stamp" "$pictures_stamp" "$cluster_stamp"
    cure="if the network failed, run setup.sh again; if a version was not found, see the lines above"
    step "installing the packages of requirements.txt" pip_install -r "$root/requirements.txt"
    install_torch
    verify_torch
    if [ "$pictures" = yes ]; then
        cure="if the network failed, run setup.sh again; if a version was not found, see the lines above"
        step "installing the packages of requirements-pictures.txt" \
            pip_install -r "$root/requirements-pictures.txt" -c "$root/requirements.txt"
    fi
    if [ "$cluster" = yes ]; then
        cure="if the network failed, run setup.sh again; if a version was not found, see the lines above"
        step "installing the packages of requirements-cluster.txt" \
            pip_install -r "$root/requirements-cluster.txt" -c "$root/requirements.txt"
    fi
    if [ "$dev" = yes ]; then
        cure="if the network failed, run setup.sh again; if a version was not found, see the lines above"
        step "installing the packages of requirements-dev.txt" \
            pip_install -r "$root/requirements-dev.txt" -c "$root/requirements.txt"
    fi
    rm -f "$unfinished"
    if [ "$is_new" = yes ] && [ "${AUTOGRADER_SETUP_NO_SMOKE:-0}" != 1 ]; then try_it_out; fi
    base_fingerprint >"$base_stamp"
    [ "$pictures" = no ] || pictures_fingerprint >"$pictures_stamp"
    [ "$cluster" = no ] || cluster_fingerprint >"$cluster_stamp"
    [ "$dev" = no ] || dev_fingerprint >"$dev_stamp"
}

# ---------------------------------------------------------------------------------------------------------- main

read_options "$@"
find_root
venv=${AUTOGRADER_VENV:-$root/.venv}
case $venv in /*) ;; *) venv=$PWD/$venv ;; esac
base_stamp=$venv/.setup-done
dev_stamp=$venv/.setup-dev-done
pictures_stamp=$venv/.setup-pictures-done
cluster_stamp=$venv/.setup-cluster-done
unfinished=$venv/.setup-unfinished
log=$venv/setup.log
# What pip would keep for the next installation only makes an image larger: on the platform there is no next one.
[ "$root" != "${AUTOGRADER_ROOT:-/autograder}/source" ] || export PIP_NO_CACHE_DIR=1

if [ "$check" = yes ]; then
    is_installed
    exit
fi
if ! is_installed; then
    one_at_a_time
    is_installed || install_all
fi
say "$venv is ready"
