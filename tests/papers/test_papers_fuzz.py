import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from registry_files import AA, BB, FEDERATION, key_table, lay_out

from syndicate.papers import check

NAMES = ("federation.toml", "aa.toml", "bb.toml", "aa.news.toml")
TEXTS = dict(zip(NAMES, (FEDERATION, AA, BB, 'agency = "aa.news"\n' + key_table("aa.news", 1)), strict=True))
ODD = st.sampled_from(
    [
        "0", "-1", "1e400", "nan", "true", '""', '"*."', '"é"', '"\\u0000"', '"xn--"', "[]", "[[]]", "[{}]",
        "{}", "null",
        '{ "" = 1 }', '[{ "é.x" = [] }]', "0001-01-01", "9999-12-31T23:59:59-23:59",
        "0001-01-01T00:00:00+23:59", "9999-12-31", "1969-12-31",
        "07:00:00", '"""\n[[key]]\n"""', '"a.' + "a" * 300 + '"', '"Asia"', '"../UTC"',
    ]
)  # fmt: skip


@st.composite
def spoilt_files(draw: st.DrawFn) -> tuple[str, bytes]:
    """One of the files, with values, lines or bytes that do not belong there."""
    name = draw(st.sampled_from(NAMES))
    lines = TEXTS[name].splitlines()
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(lines) - 1))
        field = lines[place].split(" = ")[0]
        lines[place] = draw(st.one_of(ODD.map(f"{field} = ".__add__), st.just(""), st.text(max_size=10)))
    raw = "\n".join(lines).encode("utf-8", "surrogatepass")
    cut = draw(st.none() | st.integers(0, len(raw)))
    return name, raw[:cut] + draw(st.binary(max_size=2) if cut is not None else st.just(b""))


@settings(max_examples=150, deadline=None)
@given(spoilt_files())
def test_whatever_stands_in_a_file_is_told_and_never_raises(spoilt: tuple[str, bytes]) -> None:
    name, raw = spoilt
    with tempfile.TemporaryDirectory() as folder:
        folders = lay_out(Path(folder))
        folders.path(name).write_bytes(raw)
        lines = raw.count(b"\n") + 1
        for problem in check(folders.sources, folders.keys):
            assert problem.message
            if problem.file == str(folders.path(name)):
                assert 1 <= problem.line <= lines
