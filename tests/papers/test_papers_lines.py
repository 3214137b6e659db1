import tomllib

from hypothesis import given
from hypothesis import strategies as st

from syndicate.papers._lines import index_lines, line_of
from syndicate.papers._problem import spell

TEXT = '''\
# a remark
a = 1
b.c = "x"   # dotted
"d e" = """
[not.a.header]
f = 1
"""
[g]
h = [
  "]", # ]
  { i = 1 },
]
[[j]]
k = { l = { m = 1 } }
[[j.n]]
o = 1
[[j.n]]
o = 2
[[j]]
[[j.n]]
o = 3
  [j.n.p]
  q = 1
'''


def test_every_field_is_found_on_its_line() -> None:
    index = index_lines(TEXT)
    expected = {
        (): 1, ("a",): 2, ("b",): 3, ("b", "c"): 3, ("d e",): 4, ("g",): 8, ("g", "h"): 9,
        ("j", 0): 13, ("j", 0, "k"): 14, ("j", 0, "k", "l", "m"): 14, ("j", 0, "n", 0, "o"): 16,
        ("j", 0, "n", 1): 17, ("j", 1): 19, ("j", 1, "n", 0, "o"): 21, ("j", 1, "n", 0, "p", "q"): 23,
    }  # fmt: skip
    assert {field: index.get(field) for field in expected} == expected
    assert ("f",) not in index


def test_what_has_no_line_of_its_own_is_told_by_what_it_stands_in() -> None:
    index = index_lines(TEXT)
    assert line_of(index, ("g", "h", 1, "i")) == 9
    assert line_of(index, ("j", 1, "missing")) == 19
    assert line_of(index, ("nowhere",)) == 1


def test_people_count_from_one() -> None:
    assert spell(("agency", 1, "domains", 0)) == "agency[2].domains[1]"
    assert spell(()) == ""


def test_a_strangers_field_does_not_write_on_the_terminal() -> None:
    assert spell(("agency", 0, "a\x1b[2J")) == "agency[1].'a\\x1b[2J'"


NAMES = st.sampled_from(["a", "b", "c"])
VALUES = st.sampled_from(["1", '"x"', "[1,\n2]", '"""\n[a]\n"""', "{ y = 1 }", "'''\n\n'''", "[[1], [2]]"])
STATEMENTS = st.one_of(
    st.builds("{} = {}".format, NAMES, VALUES),
    st.builds("[{}]".format, NAMES),
    st.builds("[[{}]]".format, NAMES),
    st.builds("[[{}.{}]]".format, NAMES, NAMES),
    st.just("# a remark"),
)


@given(st.lists(STATEMENTS, max_size=12))
def test_every_key_of_any_file_has_a_line_that_names_it(statements: list[str]) -> None:
    text = "\n".join(statements)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    index, lines = index_lines(text), text.split("\n")
    for name, value in values.items():
        rows = value if isinstance(value, list) and value and isinstance(value[0], dict) else [value]
        for number, row in enumerate(rows):
            field = (name, number) if rows is value else (name,)
            assert name in lines[index[field] - 1]
            for below in row if isinstance(row, dict) else ():
                assert (*field, below) in index or (*field, below, 0) in index
