"""What subscribers are called."""

from syndicate.deliver._roster import new_id


def test_an_id_is_a_word_on_any_command_line_and_never_the_same() -> None:
    made = [new_id() for _ in range(500)]
    assert len(set(made)) == 500
    assert all(len(each) == 24 and each.isalnum() for each in made), "none begins like an option"
