"""The environments of `./lab hub` and `./lab site`: what they ask of a network, and when."""

import pytest

from tests.lab.test_faults import NO_NETWORK

NPM_ALONE = """
npm error code EAI_AGAIN
npm error request to https://npm.example/x failed, reason: getaddrinfo EAI_AGAIN npm.example
"""


@pytest.fixture
def commands(machine):
    """Give the machine what a hub and a site are made of; return the words of their commands."""
    for name in ("hub", "docs/site"):
        (machine.clone / name).mkdir(parents=True)
        (machine.clone / name / "constraints.txt").touch()
    (machine.clone / "hub/package-lock.json").touch()
    for name in ("install", "npm"):
        machine.stub(name, f"mkdir -p {machine.at('clone/hub/node_modules')}")
    machine.stub_python("*learners.py*", ":")
    return {"site": ["site"], "hub": ["hub", "--users", str(machine.root / "names")]}


@pytest.mark.parametrize(("name", "folder"), [("site", ".lab/site-venv"), ("hub", "hub/.venv")])
def test_pip_without_a_network(machine, commands, name, folder):
    """The refusal says for whom it was, and that there is no network; nothing stays."""
    machine.stub_python("*-m\\ pip*", f"[[ $0 != */{folder}/* ]] || {{ {NO_NETWORK}; }}")
    says = machine.refuses(*commands[name])
    assert f"pip install for the {name} (needs a network): failed, since there is no" in says
    assert not (machine.clone / folder).exists()


def test_npm_without_a_network(machine, commands):
    """npm's own words are the reason, and the next run asks it again."""
    begun = f"mkdir -p {machine.at('clone/hub/node_modules')}"
    machine.stub("npm", f"{begun}; printf %b {NPM_ALONE!r}; exit 1")
    for _ in range(2):
        says = machine.refuses(*commands["hub"])
        assert "npm ci (needs a network): failed, since there is no network" in says
        assert says.endswith(": getaddrinfo EAI_AGAIN npm.example")


def test_each_part_of_a_hub_is_fetched_by_itself(machine, commands):
    """What Python's packages are does not ask npm, nor the other way round."""

    def fetched():
        (machine.root / "calls").unlink(missing_ok=True)
        machine.runs(*commands["hub"])
        asked = [call for call in machine.calls if call.startswith(("npm ci", "python3 -m pip"))]
        return [call.split()[0] for call in asked]

    assert fetched() == ["python3", "python3", "npm"]  # the lab's own packages first
    assert fetched() == []
    (machine.clone / "hub/constraints.txt").write_text("newer==1\n")
    assert fetched() == ["python3"]
    (machine.clone / "hub/package-lock.json").write_text("{}")
    assert fetched() == ["npm"]
