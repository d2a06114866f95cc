"""A command of ./lab in a guest, with a QEMU that a shell script makes up."""


def test_the_guest_runs_it_and_its_output_comes_back(fake_qemu, runner):
    """Each word as it is; the status is the guest's."""
    fake_qemu(
        """[[ $* != *"-accel kvm"* ]] || exit 1
        tar -xOf "$(grep -o '/[^ ]*/bundle.tar' <<<"$*")" ./.guest-script
        echo 3 >"${status#path=}" """
    )
    with runner("lab", "debian-12", "run", "--json", "02:a b") as it:
        printed, _ = it.communicate(timeout=60)
    assert b"exec ./lab run --json '02:a b'\n" in printed
    assert it.returncode == 3


def test_a_disk_alone_boots_nothing(fake_qemu, runner):
    """Its disk is ready here, so nothing is said."""
    fake_qemu("echo booted")
    with runner("disk", "debian-12") as it:
        printed, _ = it.communicate(timeout=60)
    assert (it.returncode, printed) == (0, b"")
