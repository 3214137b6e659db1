"""Taking a text back because a law demands it: the token goes, what the log says of it stays.

A leaf is made from identifiers and a digest, so the tree and every proof stay what they are. The act that
orders it is a leaf, too: nobody can make a text vanish in silence. What stood before the erased version was
corrected or withdrawn by it, and does not come back: in feeds its item shows nothing.
"""

import hashlib
import json
from collections.abc import Collection

from sqlalchemy import Connection

from syndicate.news import ItemId, TokenDigest, b64url
from syndicate.storage import _gathering, _kin, _passages, _stories
from syndicate.storage._log import add_act
from syndicate.storage._search_index import take_out

_STANDING = """
    SELECT it.id, it.item_id, item.sub, it.ver, it.digest, log.idx
    FROM version AS it JOIN item ON item.id = it.item_id LEFT JOIN log ON log.version_id = it.id
    WHERE it.digest IN (SELECT value FROM json_each(?)) AND it.id NOT IN (SELECT version_id FROM erased)
"""
_ERASED_BY = """
    SELECT erased.act FROM item JOIN version AS it ON it.item_id = item.id
    JOIN erased ON erased.version_id = it.id WHERE item.sub = ? AND it.ver = ?
"""
_LIKE_IT = "DELETE FROM relation WHERE to_sub = ? AND to_ver = ? AND score IS NOT NULL"
_MARK = "INSERT INTO erased (version_id, act) SELECT id, ? FROM version WHERE digest = ?"


def erase(connection: Connection, digests: Collection[TokenDigest], act: bytes) -> frozenset[TokenDigest]:
    """Take back these tokens, by an act that waits for its index; which of them were here until now."""
    going = connection.exec_driver_sql(_STANDING, (json.dumps(list(digests)),)).all()
    if not going:
        return frozenset()
    named = b64url(hashlib.sha256(act).digest())
    add_act(connection, named, act)
    connection.exec_driver_sql("PRAGMA secure_delete=ON")  # overwritten, and not only given free
    for id_, item, sub, ver, digest, idx in going:
        take_out(connection, digest)
        connection.exec_driver_sql("UPDATE version SET token = '' WHERE id = ?", (id_,))
        connection.exec_driver_sql("DELETE FROM relation WHERE sub = ? AND ver = ?", (sub, ver))
        connection.exec_driver_sql(_LIKE_IT, (sub, ver))  # what was found by likeness may quote it
        _kin.forget(connection, id_)
        _stories.review(connection, item)
        connection.exec_driver_sql("UPDATE refusal SET evidence = '' WHERE digest = ?", (digest,))
        connection.exec_driver_sql("DELETE FROM held WHERE digest = ?", (digest,))
        if idx is not None:
            _passages.forget(connection, idx)
            _gathering.forget(connection, idx)
        mark_erased(connection, digest, named)
    connection.exec_driver_sql("PRAGMA secure_delete=OFF")
    return frozenset(row.digest for row in going)


def mark_erased(connection: Connection, digest: str, act: str) -> None:
    """Remember by which act a version's token is gone."""
    connection.exec_driver_sql(_MARK, (act, digest))


def erased_by(connection: Connection, sub: ItemId, ver: int) -> str | None:
    """The digest of the act that erased a version."""
    found = connection.exec_driver_sql(_ERASED_BY, (sub, ver)).scalar_one_or_none()
    return None if found is None else str(found)


def count_erased(connection: Connection) -> int:
    """How many versions are erased."""
    return int(connection.exec_driver_sql("SELECT count(*) FROM erased").scalar_one())
