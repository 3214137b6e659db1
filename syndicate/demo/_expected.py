"""What should happen in the demo, stated as data and by hand: nothing here is computed from what happens."""

# Accepted versions by member: stories, and what their newsrooms did with them later.
VERSIONS = {
    "bn": 4,
    "id": 9,  # six stories, one of the night desk; an update, a withhold and the update that lifts it
    "kh": 4,
    "la": 4,
    "mm": 4,
    "my": 6,
    "ph": 5,
    "sg": 6,
    "th": 5,  # four stories and a correction
    "tl": 5,  # four stories and a retraction
    "vn": 4,
}

# Items that a reader sees, by language of the item.
LANGUAGES = {
    "en": 9,
    "fil": 2,
    "id": 6,
    "km": 4,
    "lo": 4,
    "ms": 5,
    "ms-Arab": 1,
    "my": 4,
    "pt": 3,  # one of them the notice that the other was withdrawn
    "ta": 2,
    "tet": 2,
    "th": 4,
    "vi": 4,
    "zh-Hans": 2,
}

# And by member: the newest version of each.
ITEMS = {
    "bn": 4,
    "id": 6,
    "kh": 4,
    "la": 4,
    "mm": 4,
    "my": 6,
    "ph": 5,
    "sg": 6,
    "th": 4,
    "tl": 5,  # the withdrawal is told a second time, as an item of its own
    "vn": 4,
}

# What readers are shown in place of the first version, by agency and story: how its title begins now.
SHOWN = {
    ("id.demo", "gunung-contoh"): "Jalur pendakian Gunung Contoh dibuka",
    ("id.demo", "sungai-harimau"): "Air Sungai Harimau aman dipakai: keenam",
    ("th.demo", "rice-price"): "ราคาข้าวตลาดตัวอย่างขยับขึ้นร้อยละ 1.2",
    ("tl.demo", "ponte"): "[WITHDRAWN] ",
}

# Member, agency and language feeds, in three formats each.
OTHER_FEEDS = (11 + 11 + 14) * 3

# What the storm warning of ph.demo says in CAP: status, message type, event, severity.
# An exercise, because a federation whose states hold no keys so far warns of nothing in earnest.
ALERT = "Exercise, Alert, Tropical storm warning, Severe"

# How many of a platform's two subscriptions, by webhook and by WebSub, have acknowledged these.
ACKNOWLEDGED = "alert 2 of 2, correct 2 of 2, retract 2 of 2"

# A sentence of the story that tl.demo retracted.
WITHDRAWN_TEXT = "O limite de velocidade"

CARRIED_BY = {"Joint statement of three demo agencies on clean beaches": ("my.demo", "ph.demo", "sg.demo")}

# What somebody looks for, and how the title of the first item found begins (NFC, no zero-width spaces).
SEARCHED = {
    "Vietnamese, without its accents": ("dan co trang", "Hồ Ví Dụ đón đàn cò trắng"),
    "Thai": ("เรือยาว", "แข่งเรือยาวประเพณี"),
    "Lao, without zero-width spaces": ("ເຮືອຂ້າມຟາກ", "ເຮືອຂ້າມຟາກບ້ານຕົວຢ່າງ"),
    "Khmer, with another script's digits": ("សិស្ស 120", "សាលារៀនលើទឹកបើកទទួលសិស្ស ១២០"),
    "Burmese": ("တံတား", "နမူနာရွာ တံတားသစ်"),
    "Chinese, a word of two letters": ("灯笼", "示范镇灯笼节"),
    "Chinese, a word of one letter": ("灯", "示范镇灯笼节"),
    "Tamil": ("சதுரங்கப்", "மாதிரி நகரில் மாணவர்களுக்கான சதுரங்கப்"),
    "Jawi": ("ڤاسر تراڤوڠ", "ڤاسر تراڤوڠ كمڤوڠ"),
    "Filipino, in quotes": ('"bangko ng binhi"', "Bangko ng binhi"),
    "the retracted story's text": (WITHDRAWN_TEXT, "nothing"),
}

RELATED = {
    "derives": ("my.demo to sg.demo",),
    "translates": ("bn.demo to bn.demo",),
    "disputes": ("la.demo to kh.demo",),
}

# The same statement, as one story: whom it is from, and who else has it, one by its word and one by likeness.
TOLD_ONCE = {"sg.demo/joint-statement": "sg.demo, also my.demo as declared, ph.demo as copy"}

# Two bulletins that differ in one number: alike, and no story together.
APART = {"sg.demo/gauge": "alone", "my.demo/gauge": "alone"}

KINDS = {"alert": "ph.demo", "dispute": "la.demo"}

# What software likes to tidy up, and must not: it was signed like this.
KEPT_AS_WRITTEN = {
    "decomposed Vietnamese (NFD)": "Ho\u0302\u0300 Vi\u0301 Du\u0323",
    "zero-width spaces between Lao words": "ເຮືອ\u200bຂ້າມ\u200bຟາກ",
    "an emoji": "📚🚤",
    "a category in front of the title": "World : Durian",
}

# Each hostile party, by its name in _hostile.py, and the one answer it must get from the hub or a reader.
ANSWERS = {
    "forger": "signature-bad",
    "stranger": "key-unknown",
    "impersonator": "issuer-not-key-owner",
    "key thief": "version-taken",
    "fork": "stream-forked",
    "planted forgery": "signature-bad",
    "replayed feed": "0 new items",
    "entity bomb": "wire-doctype",
    "gzip bomb": "fetch-too-large",
    "endless feed": "fetch-too-large",
    "altered copy, submitted": "signature-bad",
    "altered copy, checked by a reader": "link[rel=self] differs, signature-bad, title differs",
    "an agency's feed": "4 items, 0 differences",
    # did an official source say this?
    "lookup: a passage from the middle": "published: bn.demo",
    "lookup: an altered copy on a look-alike host": "similar: bn.demo, 310 was 130, another host",
    "lookup: a story that was withdrawn since": "amended: tl.demo, retract",
    "lookup: what no agency said": "No official item found; this does not mean that it is false.",
    "the unified feed": "52 items, 0 differences",
    # the bad nights
    "a story planted in a CMS": "waiting, not signed",
    "the same, after `agency panic`": "[WITHHELD]",
    "what the CMS says while signing is halted": "signing is halted",
    "the same story under another id": "waiting, not signed",
    "a line cut for two days across a rotation": "4 admitted, in order, 4 marked late",
    "a lost laptop": "signs again, 1000 numbers on or more",
    "the thief, back-dating by a day": "key-revoked",
    "what the agency had signed with it": "5 signed again, version 2",
    # the public log
    "a second history, shown to the witnesses": "refused by 5 of 5",
    "a second history, shown to one reader": "log-forked, 2 signed notes prove it",
    "a story that the hub withholds": "0 alarms at once, 1 two hours later",
    "signed before the theft, without a proof": "issuer: no",
    "signed before the theft, with its proof": "issuer: yes, log: yes",
    "the thief's words with that proof": "issuer: no, log: no",
    "the hub, put back from this morning": "0 sealed, and it says why",
    "a mirror abroad": "every leaf, and the signed root",
    "a lost disk, made again of the mirror": "every leaf",
    # who may speak
    "a state lists another's key": "refused",
    "the same, published by whoever checks nothing": "ignored and told, it stays sg.demo's",
    "a mirror that froze three days ago": "refused: stale",
    "a mirror rolled back to this morning": "refused: it goes back",
    "5 of 11 root keys lost": "6 signatures: no new root",
    "4 of 11 root keys lost": "7 signatures: root version 2",
}
