"""The newsdesk's verbs as they are typed."""

import argparse
import json
import shutil
import stat
import sys
import tomllib
from pathlib import Path

import pytest
from newsroom import SITE, rss, story

from syndicate.agency import load_config
from syndicate.cli import _agency as cli
from syndicate.cli import _agency_desk
from syndicate.errors import AgencyError, SigningError, StorageBusy
from syndicate.signing import create_key, open_key
from syndicate.storage import open_streambook
from syndicate.trust import recall

WORDS = "a few plain words"


def run(*words: object) -> int:
    parser = argparse.ArgumentParser()
    cli.register(parser.add_subparsers())
    args = parser.parse_args(["agency", *map(str, words)])
    code: int = args.run(args)
    return code


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """What `agency init` made, with its passphrase in the environment."""
    words = tmp_path / "words"
    words.write_text(WORDS)
    words.chmod(0o600)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    monkeypatch.setenv("SYNDICATE_PASSPHRASE_FILE", str(words))
    folder = tmp_path / "agency"
    run("init", "vn.demo", "--dir", folder, "--federation", "demo", "--name", "Demo", "--language", "vi",
        "--domain", "news.demo-vn.example", "--feed", "cms.xml", "--base-url", f"{SITE}/signed/")  # fmt: skip
    (folder / "cms.xml").write_text(rss(story(1)))
    capsys.readouterr()
    return folder / "agency.toml"


def typed(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    said = iter(answers)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _prompt: next(said))


def publish(config: Path, monkeypatch: pytest.MonkeyPatch, title: str = "Một tin") -> None:
    typed(monkeypatch, "yes")
    assert run("publish", config, "--title", title, "--url", f"{SITE}/x") == 0


def signed(config: Path) -> list[str]:
    told = load_config(config)
    with open_streambook(told.book_file, told.id, told.stream) as book:
        return [f"{each.act} {recall(each.token).title}" for each in book.page(0, 100)]


def test_an_act_is_shown_and_needs_a_typed_yes(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, "y")
    with pytest.raises(AgencyError, match="not what was asked for; nothing was done"):
        run("publish", config, "--title", "Một tin", "--url", f"{SITE}/x")
    assert "title:     Một tin" in capsys.readouterr().out
    assert signed(config) == []
    publish(config, monkeypatch)
    assert "Signed as number 1: version 1" in capsys.readouterr().out


def test_a_retraction_wants_the_title_or_the_word(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(config, monkeypatch)
    typed(monkeypatch, "yes")
    with pytest.raises(AgencyError, match="nothing was done"):
        run("retract", config, "1", "--note", "Sai.")
    typed(monkeypatch, "Một tin")
    run("retract", config, "1", "--note", "Sai.")
    assert signed(config) == ["publish Một tin", "retract Một tin"]


def test_a_program_hands_in_a_file_and_nobody_is_asked(config: Path, tmp_path: Path) -> None:
    act = tmp_path / "act.md"
    act.write_text(f"id: desk-1\ntitle: Một tin\nurl: {SITE}/x\n\nNội dung.\n")
    with pytest.raises(AgencyError, match="--yes goes with --file"):
        run("publish", config, "--title", "x", "--url", f"{SITE}/x", "--yes")
    with pytest.raises(AgencyError, match="nobody is there to confirm it"):
        run("publish", config, "--file", act)
    assert run("publish", config, "--file", act, "--yes") == 0
    with pytest.raises(AgencyError, match="published already"):
        run("publish", config, "--file", act, "--yes")


def test_an_editor_opens_with_the_text_as_it_stands(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(config, monkeypatch)
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nsed -i -e "s/^note:.*/note: Sai./" -e "s/^title: Một/title: Hai/" "$1"\n')
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(editor))
    typed(monkeypatch, "yes")
    assert run("correct", config, "1") == 0
    assert signed(config)[1:] == ["correct Hai tin"]
    monkeypatch.setenv("VISUAL", "true")
    with pytest.raises(AgencyError, match="without a change"):
        run("correct", config, "1")


def test_whoever_is_asked_keeps_nobody_from_signing_and_signs_nothing_that_changed_meanwhile(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(config, monkeypatch, "Một tin")

    def meanwhile(_prompt: str) -> str:
        typed(monkeypatch, "yes")
        run(
            "correct", config, "1", "--note", "Hai.", "--title", "Hai tin"
        )  # by somebody else, at another desk
        return "yes"

    monkeypatch.setattr("builtins.input", meanwhile)
    with pytest.raises(AgencyError, match="has changed meanwhile: version 2 of it is signed already"):
        run("correct", config, "1", "--note", "Ba.", "--title", "Ba tin")
    assert signed(config) == ["publish Một tin", "correct Hai tin"]


def test_what_was_written_in_an_editor_is_kept_until_it_is_signed(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(config, monkeypatch)
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nsed -i 's/^note:.*/note: Sai tên./; s/^title:.*/title: Tên mới/' \"$1\"\n")
    editor.chmod(0o700)
    monkeypatch.setenv("VISUAL", str(editor))
    typed(monkeypatch, "no")
    with pytest.raises(AgencyError, match="nothing was done") as told:
        run("correct", config, "1")
    [draft] = config.parent.glob("draft-*.md")
    assert f"What you wrote is in {draft}: hand it in with --file." in told.value.hint
    typed(monkeypatch, "yes")
    other = draft.rename(tmp_path / draft.name)
    assert run("correct", config, "1", "--file", other) == 0
    assert signed(config) == ["publish Một tin", "correct Tên mới"]
    assert other.exists()  # only a draft that still lies where the editor left it is taken away


def test_a_draft_that_was_handed_in_and_signed_is_taken_away(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(config, monkeypatch)
    draft = config.parent / "draft-a1b2_c3.md"
    draft.write_text("note: Sai tên.\ntitle: Tên mới\n")
    typed(monkeypatch, "no", "yes")
    with pytest.raises(AgencyError):
        run("correct", config, "1", "--file", draft)
    assert draft.exists()
    run("correct", config, "1", "--file", draft)
    assert not draft.exists()
    own = tmp_path / "mine.md"
    own.write_text(f"title: Tin\nurl: {SITE}/y\n")
    assert run("publish", config, "--file", own, "--yes") == 0
    assert own.exists()


def test_the_book_is_for_its_own_user_and_one_that_others_could_read_is_closed(config: Path) -> None:
    assert run("sign", config) == 0
    book = load_config(config).book_file
    assert stat.S_IMODE(book.stat().st_mode) == 0o600
    book.chmod(0o644)
    assert run("waiting", "list", config) == 0
    assert stat.S_IMODE(book.stat().st_mode) == 0o640


def test_the_waiting_list_is_shown_released_and_dropped(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("sign", config) == 0
    assert run("waiting", "list", config) == 0
    told = capsys.readouterr().out
    assert "    1  delay, until 20" in told
    assert "1 waiting." in told
    assert run("release", config, "1") == 0
    assert signed(config) == ["publish Tin số 1"]
    (config.parent / "cms.xml").write_text(rss(story(2), story(1)))
    run("sign", config)
    assert run("drop", config, "2") == 0
    assert "dropped: Tin số 2" in capsys.readouterr().out


def test_panic_halts_and_resume_goes_on(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(config, monkeypatch)
    assert run("panic", config, "--since", "2h") == 0
    assert "1 items are withheld" in capsys.readouterr().out
    with pytest.raises(AgencyError, match="signing is halted"):
        run("sign", config)
    typed(monkeypatch, "yes", "yes")
    run("resume", config)
    run("lift", config, "1", "--note", "Đúng.")
    assert signed(config) == ["publish Một tin", "withhold Một tin", "update Một tin"]


def test_the_second_person_has_a_key_of_their_own(config: Path, tmp_path: Path) -> None:
    words = tmp_path / "second words"
    words.write_text("only I know these")
    words.chmod(0o600)
    assert run("second", config, "--second-passphrase-file", words) == 0
    assert open_key(config.parent / "second.key", b"only I know these").kid


def asked_for_words(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Let the keyboard answer these passphrases; the prompts that were shown."""
    said, prompts = iter(answers), []
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)

    def ask(prompt: str) -> str:
        prompts.append(prompt)
        return next(said)

    monkeypatch.setattr("getpass.getpass", ask)
    return prompts


def waiting_alert(config: Path, tmp_path: Path) -> None:
    act = tmp_path / "alert.json"
    act.write_text(json.dumps(ALERT))
    assert run("alert", config, "--file", act, "--yes") == 0


ALERT = {
    "title": "Lũ đang lên", "url": f"{SITE}/lu", "event": "Lũ", "alert-category": "Met",
    "alert-urgency": "Immediate", "severity": "Severe", "certainty": "Observed", "area": ["Hạ lưu sông Hồng"],
    "instruction": "Lên chỗ cao.", "expires": "2099-11-25T10:00:00Z", "onset": "2026-11-25T10:00:00Z",
}  # fmt: skip


def test_the_second_person_is_asked_by_themselves_whatever_the_first_ones_passphrase_comes_from(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SigningError, match="nobody to ask") as unasked:
        run("second", config)
    assert "--second-passphrase-file" in unasked.value.hint
    prompts = asked_for_words(monkeypatch, "only I know these", "only I know these", "only I know these")
    assert run("second", config) == 0
    assert "second person" in prompts[0]
    waiting_alert(config, tmp_path)
    assert run("release", config, "1", "--second", config.parent / "second.key") == 0
    assert len(prompts) == 3
    assert signed(config) == ["publish Lũ đang lên"]


def test_the_passphrase_of_the_first_person_is_not_taken_for_the_second(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = config.parent / "second.key"
    asked_for_words(monkeypatch, WORDS, WORDS)
    with pytest.raises(SigningError, match="one person would be both"):
        run("second", config)
    with pytest.raises(SigningError, match="one person would be both"):
        run("second", config, "--second-passphrase-file", tmp_path / "words")
    assert not second.exists()
    create_key(second, WORDS.encode())
    waiting_alert(config, tmp_path)
    with pytest.raises(SigningError, match="one person would be both"):
        run("release", config, "1", "--second", second, "--second-passphrase-file", tmp_path / "words")
    assert signed(config) == []


def test_all_that_an_alert_says_is_shown_before_it_waits_and_to_the_second_person(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    act = tmp_path / "alert.json"
    long = "Lên chỗ cao. " * 100
    act.write_text(json.dumps(ALERT | {"instruction": long, "urgency": "1", "category": ["medtop:03000000"]}))
    typed(monkeypatch, "yes")
    assert run("alert", config, "--file", act) == 0
    asked = capsys.readouterr().out
    assert "To be signed by vn.demo when the second person releases it" in asked
    assert run("waiting", "show", config, "1") == 0
    for seen in (asked, capsys.readouterr().out):
        short = [str(each) for name, each in ALERT.items() if name not in ("area", "instruction")]
        for said in (*short, "Hạ lưu sông Hồng", long.strip(), "medtop:03000000", "urgency:   1"):
            assert said in seen, said
    with pytest.raises(AgencyError, match="not on the waiting list"):
        run("waiting", "show", config, "9")


def test_a_correction_that_corrects_nothing_is_refused(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(config, monkeypatch)
    typed(monkeypatch, "yes")
    for same in ((), ("--title", "Một tin")):
        with pytest.raises(AgencyError, match="corrects nothing") as told:
            run("correct", config, "1", "--note", "Giá sai", *same)
        assert "your editor opens" in told.value.hint
    assert signed(config) == ["publish Một tin"]


def test_whoever_replaces_the_second_person_is_asked_for_their_own_passphrase(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_for_words(monkeypatch, "only I know these", "only I know these")
    run("second", config)
    after = config.parent / "third.key"
    prompts = asked_for_words(monkeypatch, "only I know these", "and I know others", "and I know others")
    assert run("second", config, "--key", after, "--by", config.parent / "second.key") == 0
    assert len(prompts) == 3


def test_a_panic_since_a_time_that_lies_ahead_is_refused(config: Path) -> None:
    with pytest.raises(AgencyError, match="lies ahead"):
        run("panic", config, "--since", "2099-01-01T00:00")


def test_signing_goes_on_after_a_panic_only_when_a_person_types_it(config: Path) -> None:
    assert run("panic", config, "--since", "2h") == 0
    with pytest.raises(AgencyError, match="nobody is there") as told:
        run("resume", config)
    assert "--file" not in told.value.hint


def test_a_rotation_takes_the_successor_and_seals_another(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(config, monkeypatch)
    before = load_config(config)
    successor = config.parent / "successor.key"
    assert run("rotate", config, "--successor", successor) == 0
    assert "Send it to your ministry" in capsys.readouterr().out
    after = load_config(config)
    assert [key.kid for key in after.keys[:2]] == [key.kid for key in before.keys]
    papers = tomllib.loads(after.enrolment_file.read_text())["key"]
    assert [(key["status"], key["use"]) for key in papers] == [
        ("retired", "in use"),
        ("active", "in use"),
        ("active", "sealed successor"),
    ], "as keys/README.md asks for: the ministry need not guess which key to retire"
    assert open_key(after.key_file, WORDS.encode()).kid == before.keys[1].kid
    publish(config, monkeypatch, "Hai tin")
    assert signed(config) == ["publish Một tin", "publish Hai tin"]
    assert run("reissue", config, "--since", "1h") == 0
    assert signed(config)[2:] == ["update Một tin"]
    with pytest.raises(AgencyError, match="in use already"):
        run("rotate", config, "--successor", successor)


@pytest.mark.parametrize("when", ["tomorrow", "2026-13-01", "5 minutes"])
def test_a_moment_that_is_none_is_refused(config: Path, when: str) -> None:
    with pytest.raises(AgencyError, match="is no moment"):
        run("panic", config, "--since", when)


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_a_moment_that_no_calendar_has_is_refused_by_name(config: Path, moment: str) -> None:
    with pytest.raises(AgencyError, match="is no moment"):
        run("publish", config, "--title", "a", "--url", f"{SITE}/x", "--not-before", moment)


def test_panic_halts_while_another_process_has_the_book(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run("sign", config)
    told = load_config(config)
    monkeypatch.setattr(_agency_desk, "BOOK_SECONDS", 0.1)
    with open_streambook(told.book_file, told.id, told.stream):
        with pytest.raises(StorageBusy, match="signing is halted, and nothing is withheld yet") as busy:
            run("panic", config, "--since", "2h")
        assert "run `syndicate agency panic` again" in busy.value.hint
    capsys.readouterr()
    with pytest.raises(AgencyError, match="signing is halted: `agency panic` at"):
        run("sign", config)
    run("waiting", "list", config)
    assert "Signing is halted: `agency panic` at" in capsys.readouterr().out
    run("panic", config, "--since", "2h")
    assert not told.halt_file.exists()
    with pytest.raises(AgencyError, match="signing is halted: `agency panic` at"):
        run("sign", config)
    typed(monkeypatch, "yes")
    run("resume", config)
    run("sign", config)


def test_a_halt_that_never_came_into_the_book_is_lifted_as_any_other(
    config: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run("sign", config)
    (tmp_path / "wrong").write_text("other words")
    (tmp_path / "wrong").chmod(0o600)
    with pytest.raises(SigningError):
        run("panic", config, "--since", "2h", "--passphrase-file", tmp_path / "wrong")
    with pytest.raises(AgencyError, match="signing is halted"):
        run("sign", config)
    typed(monkeypatch, "yes")
    run("resume", config)
    run("sign", config)


def test_a_book_whose_feed_is_gone_is_told_and_signs_once_a_person_says_so(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("sign", config)
    shutil.rmtree(load_config(config).folder)
    with pytest.raises(AgencyError, match="is not there: its folder was moved"):
        run("sign", config)
    capsys.readouterr()
    assert run("doctor", config) == 2
    assert "run `syndicate agency recover` with --from HUB" in capsys.readouterr().out
    run("sign", config, "--book-is-newest")
    run("sign", config)
