"""The commands for containers. What they do together is in test_rehearsal.py, with an engine that only notes them."""

from pathlib import Path

from autograder import docker_platform
from autograder.containers import Container


def test_a_container_has_the_platform_s_limits_variables_and_directory():
    command = docker_platform.create_command("tag", "name", Container(0.5, 0.75), 600)
    text = " ".join(command)
    assert text.startswith("docker create --name name --workdir /autograder --user root ")
    assert "--cpus 0.5 --memory 715m --memory-swap 715m" in text
    assert "--env TIMEOUT_SECONDS=600" in text
    assert command[-3:] == ["--entrypoint", "/autograder/run_autograder", "tag"]
    assert "TOKEN" not in text


def test_the_image_is_built_in_the_platform_s_steps():
    text = docker_platform.dockerfile("base:tag")
    assert text.startswith("FROM base:tag\n")
    steps = ["unzip -qo -d /autograder/source", "dos2unix /", "chmod +x", "bash /autograder/source/setup.sh", "rm -rf"]
    places = [text.index(step) for step in steps]
    assert places == sorted(places)


def test_what_is_handed_in_is_copied_before_the_start_and_the_results_after_it():
    into = docker_platform.copy_in_commands("name", Path("/a/submission"), Path("/a/m.json"))
    assert [command[2:] for command in into] == [
        ["/a/submission/.", "name:/autograder/submission"],
        ["/a/m.json", "name:/autograder/submission_metadata.json"],
    ]
    assert docker_platform.start_command("name") == ["docker", "start", "--attach", "name"]
    out = docker_platform.copy_out_command("name", Path("/a/results.json"))
    assert out[2:] == ["name:/autograder/results/results.json", "/a/results.json"]


def test_nothing_is_left_behind():
    commands = docker_platform.remove_commands("name", "tag")
    assert [command[1:] for command in commands] == [
        ["rm", "--force", "--volumes", "name"],
        ["image", "rm", "--force", "tag"],
    ]
