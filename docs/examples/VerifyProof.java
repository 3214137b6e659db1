import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.*;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Verify token + proof + cosignatures from files, with nothing but docs/protocol.md and a JDK (17 or newer):
 *
 *     java VerifyProof.java keys.json policy.txt token.jws token.tlog-proof
 *
 * keys.json is what a hub shows at /v1/keys.json, policy.txt is log/policy.txt of the registry: get both from whom
 * you trust. Answers as verify-proof.mjs does: 0 and what is proven, 1 and why it is not, 2 for another use.
 *
 * Of the twelve steps it takes 1 to 5, of 6 strict JSON and the claims that it reads, of 7 the version, of 8 the
 * key's owner; then step 13. Left to a whole verifier: the other claims, the content profile, federation, hosts,
 * key windows, seats.
 *
 * This file is ASCII: until JDK 18 its encoding would depend on the machine, and so would that of System.out.
 */
public final class VerifyProof {
    static final int KEYS_BYTES = 4_000_000;
    static final int POLICY_BYTES = 65_536;
    static final int POLICY_NAMES = 64; // of each kind
    static final int TOKEN_CHARACTERS = 98_304;
    static final int PROOF_BYTES = 147_456;
    static final int EXTRA_BYTES = 4_096;
    static final int NOTE_BYTES = 131_072;
    static final int NOTE_SIGNATURES = 100;
    static final int CHECKPOINT_BYTES = 16_384;
    static final int ORIGIN_CHARACTERS = 255;
    static final int JSON_DEPTH = 6;
    static final long JSON_NUMBER = (1L << 53) - 1;
    static final long LAST_SECOND = 253_402_300_799L; // of the year 9999: what is later is no date in four digits

    /** Why files show nothing: an answer. Whatever else is thrown is a bug. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(String why) {
            super(why);
        }
    }

    static void must(boolean fact, String why) throws Refused {
        if (!fact) throw new Refused(why);
    }

    public static void main(String[] files) {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, UTF_8);
        if (files.length != 4) {
            out.println("name four files: java VerifyProof.java keys.json policy.txt token.jws token.tlog-proof");
            System.exit(2);
        }
        try {
            String keys = text(read(files[0], KEYS_BYTES), UTF_8);
            String policy = text(read(files[1], POLICY_BYTES), ISO_8859_1); // its names are octets
            String token = text(read(files[2], TOKEN_CHARACTERS + 2), UTF_8).strip(); // a line end may follow it
            out.print(check(token, text(read(files[3], PROOF_BYTES), UTF_8), keys, policy));
        } catch (Refused refused) {
            out.println("refused: " + refused.getMessage());
            System.exit(1);
        }
    }

    /** What token and proof show together, in two lines; refused if they show nothing. */
    static String check(String token, String file, String keys, String rules) throws Refused {
        Item item = itemOf(token, keys);
        // Step 13: (1) a proof and its checkpoint; (2) of a log that counts; (3) that signed it, and no known line is
        // false; (4) the leaf, made from the token, is in it; (5) enough witnesses have seen that.
        Proof proof = Proof.read(file); // 1
        Policy policy = Policy.read(rules);
        Map<Key, Long> signers = signersOf(proof, policy.keys); // 2 and 3: only a key of this origin is its log's
        must(signers.keySet().stream().anyMatch(key -> key.isLog() && key.name.equals(proof.origin)),
                "the log did not sign this");
        must(Arrays.equals(rootOver(leafOf(item, token), proof), proof.root), "the token is not in this log"); // 4
        List<Map.Entry<Key, Long>> witnesses = signers.entrySet().stream()
                .filter(each -> each.getKey().witness != null).sorted(Map.Entry.comparingByValue()).toList();
        Long at = policy.operatorOnly() ? null : sinceWhen(witnesses, policy); // 5
        List<String> names = witnesses.stream()
                .map(each -> new String(each.getKey().witness.getBytes(ISO_8859_1), UTF_8)).toList();
        return item.act + " by " + item.iss + ": " + item.title + "\nleaf " + proof.index + ", public "
                + (at == null ? "by the operator's word alone" : spoken(at)) + "; cosigned by "
                + (names.isEmpty() ? "nobody" : String.join(", ", names)) + "\n";
    }

    /** The moment by which a quorum had cosigned: the time of the witness that completes it. */
    static long sinceWhen(List<Map.Entry<Key, Long>> witnesses, Policy policy) throws Refused {
        Set<String> names = new HashSet<>();
        for (Map.Entry<Key, Long> each : witnesses) {
            names.add(each.getKey().witness);
            if (policy.satisfiedBy(names)) return each.getValue();
        }
        throw new Refused("too few witnesses stand behind it so far");
    }

    static String spoken(long at) {
        if (at > LAST_SECOND) return at + " s after 1970";
        return DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSX").withZone(ZoneOffset.UTC)
                .format(Instant.ofEpochSecond(at));
    }

    // The token.

    record Item(String act, String iss, String sub, long ver, String stream, long seq, String title) {}

    static final Pattern TOKEN = Pattern.compile("([\\w-]+)\\.([\\w-]+)\\.([\\w-]+)");
    static final Pattern HEADER =
            Pattern.compile("\\{\"alg\":\"Ed25519\",\"kid\":\"([\\w-]{43})\",\"typ\":\"syndicate-item\\+jws\"\\}");

    /** The item that a token holds, if its agency's key signed it. Nothing in it is parsed before that is known. */
    static Item itemOf(String token, String keys) throws Refused {
        Matcher parts = TOKEN.matcher(token);
        must(token.length() <= TOKEN_CHARACTERS && parts.matches(), "not a token");
        byte[] payload = base64url(parts.group(2));
        byte[] signature = base64url(parts.group(3));
        Matcher header = HEADER.matcher(new String(base64url(parts.group(1)), ISO_8859_1));
        Map<?, ?> key = header.matches() ? keyNamed(header.group(1), keys) : null;
        must(key != null, "the token names no key that is known here");
        byte[] x = base64url(as(String.class, key.get("x")));
        must(thumbprint(x).equals(key.get("kid")), "the key is not the one of this name");
        byte[] message = token.substring(0, token.lastIndexOf('.')).getBytes(UTF_8);
        must(signed(x, signature, message), "the signature does not fit");
        return itemIn(as(Map.class, Json.read(text(payload, UTF_8))), key.get("agency"));
    }

    static Map<?, ?> keyNamed(String kid, String keys) throws Refused {
        for (Object each : as(List.class, as(Map.class, Json.read(keys)).get("keys"))) {
            if (kid.equals(as(Map.class, each).get("kid"))) return as(Map.class, each);
        }
        return null;
    }

    static Item itemIn(Map<?, ?> claims, Object agency) throws Refused {
        must(Long.valueOf(1).equals(claims.get("v")), "another version of the protocol");
        String act = claim(claims, "act", "publish|update|correct|withhold|retract|heartbeat");
        must(!act.equals("heartbeat"), "a heartbeat has no leaf");
        String iss = claim(claims, "iss", "[a-z]{2}\\.[a-z0-9-]{2,32}");
        String sub = claim(claims, "sub", "[a-z]{2}\\.[a-z0-9-]{2,32}:[a-z2-7]{26}");
        must(iss.equals(agency) && sub.startsWith(iss + ":"), "the key is another agency's");
        String title = claim(claims, "title",
                "[^\\x00-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069\\ufffe\\uffff]{1,300}");
        String stream = claim(claims, "str", "[a-z0-9-]{1,32}");
        return new Item(act, iss, sub, counted(claims, "ver"), stream, counted(claims, "seq"), title);
    }

    static String claim(Map<?, ?> claims, String name, String form) throws Refused {
        must(claims.get(name) instanceof String told && told.matches(form), "the claim " + name + " breaks its rule");
        return (String) claims.get(name);
    }

    static long counted(Map<?, ?> claims, String name) throws Refused {
        must(claims.get(name) instanceof Long told && told >= 1, "the claim " + name + " breaks its rule");
        return (Long) claims.get(name);
    }

    static byte[] leafOf(Item item, String token) {
        String digest = Base64.getUrlEncoder().withoutPadding().encodeToString(sha256(token.getBytes(UTF_8)));
        return String.join("\n", "syndicate-leaf/v1", item.iss, item.sub, Long.toString(item.ver),
                item.stream + ":" + item.seq + " " + item.act, digest, "").getBytes(UTF_8);
    }

    // The proof.

    static final String NO_PROOF = "not a proof of this kind";
    static final Pattern HEAD = Pattern.compile(
            "c2sp\\.org/tlog-proof@v1\n(?:extra ([^\n]+)\n)?index ([^\n]+)((?:\n[^\n]+){0,63})");

    /** A proof file with its checkpoint, a note; nothing in it is vouched for yet. */
    record Proof(
            long index, List<byte[]> hashes, String text, String origin, long size, byte[] root, List<String> lines) {
        static Proof read(String file) throws Refused {
            // Neither a proof's first part nor a checkpoint has an empty line: two of them stand in the file.
            String[] parts = file.split("\n\n", -1);
            must(parts.length == 3 && parts[2].endsWith("\n") && !CONTROL.matcher(file).find(), NO_PROOF);
            Matcher head = HEAD.matcher(parts[0]);
            must(head.matches(), NO_PROOF);
            must(head.group(1) == null || base64(head.group(1)).length <= EXTRA_BYTES, NO_PROOF);
            List<byte[]> hashes = new ArrayList<>();
            for (String line : head.group(3).lines().skip(1).toList()) hashes.add(hash(line));
            List<String> told = List.of(parts[1].split("\n", -1));
            List<String> lines = List.of(parts[2].split("\n"));
            must(told.size() >= 3 && !told.contains("") && lines.size() <= NOTE_SIGNATURES, NO_PROOF);
            must(bytes(parts[1]) < CHECKPOINT_BYTES && bytes(parts[1] + parts[2]) + 2 <= NOTE_BYTES, NO_PROOF);
            must(told.get(0).codePoints().count() <= ORIGIN_CHARACTERS, NO_PROOF);
            return new Proof(number(head.group(2)), hashes, parts[1] + "\n",
                    told.get(0), number(told.get(1)), hash(told.get(2)), lines);
        }

        private static int bytes(String text) {
            return text.getBytes(UTF_8).length;
        }
    }

    /** The root to which the hashes lead from a leaf (RFC 9162, 2.1.3.2); null if they do not fit index and size. */
    static byte[] rootOver(byte[] leaf, Proof proof) {
        if (proof.index >= proof.size) return null;
        long at = proof.index;
        long last = proof.size - 1;
        byte[] hash = sha256(new byte[] {0}, leaf);
        for (byte[] other : proof.hashes) {
            if (last == 0) return null;
            boolean right = (at & 1) == 1 || at == last;
            hash = right ? sha256(new byte[] {1}, other, hash) : sha256(new byte[] {1}, hash, other);
            for (; at == last && at != 0 && (at & 1) == 0; at >>= 1) last >>= 1;
            at >>= 1;
            last >>= 1;
        }
        return last == 0 ? hash : null;
    }

    static final Pattern SIGNATURE = Pattern.compile("\u2014 ([^ ]+) ([^ ]+)");
    static final int LOG = 0x01; // signs the text
    static final int COSIGNER = 0x04; // signs a time and the text

    /** Who signed a checkpoint, and when if they say so. A line in a known name that does not fit refuses all. */
    static Map<Key, Long> signersOf(Proof proof, List<Key> keys) throws Refused {
        Map<Key, Long> found = new LinkedHashMap<>();
        for (String line : proof.lines) {
            Matcher told = SIGNATURE.matcher(line);
            must(told.matches() && NAME.matcher(told.group(1)).matches(), "not a signature line");
            byte[] raw = base64(told.group(2));
            must(raw.length > 4, "not a signature line");
            String id = HexFormat.of().formatHex(raw, 0, 4);
            for (Key key : keys) {
                if (!key.name.equals(told.group(1)) || !key.id.equals(id)) continue;
                found.merge(key, key.signedAt(Arrays.copyOfRange(raw, 4, raw.length), proof.text), Math::min);
            }
        }
        return found;
    }

    // The policy.

    /** A key of a log or of a witness; `witness` is the name that the policy gives it, null for a log's. */
    record Key(String name, String id, int kind, byte[] raw, String witness) {
        static final Pattern VKEY = Pattern.compile("([^+]+)\\+([0-9a-f]{8})\\+([A-Za-z0-9+/]{44})");

        static Key of(String name, int kind, byte[] raw, String witness) {
            byte[] digest = sha256((name + "\n").getBytes(UTF_8), new byte[] {(byte) kind}, raw);
            return new Key(name, HexFormat.of().formatHex(digest, 0, 4), kind, raw, witness);
        }

        static Key read(String vkey, int kind, String witness) throws Refused {
            Matcher told = VKEY.matcher(vkey);
            must(told.matches(), "not a key of a policy");
            String name = text(told.group(1).getBytes(ISO_8859_1), UTF_8);
            byte[] raw = base64(told.group(3));
            must(raw[0] == kind && NAME.matcher(name).matches(), "not a key of a policy");
            Key key = of(name, kind, Arrays.copyOfRange(raw, 1, raw.length), witness);
            must(key.id.equals(told.group(2)), "the id of a key is not its own");
            verifier(key.raw); // refuses a weak one, whoever signed
            return key;
        }

        boolean isLog() {
            return kind == LOG;
        }

        /** What its signature says of the time: 0 for a log's own. */
        long signedAt(byte[] stamped, String text) throws Refused {
            int stamp = isLog() ? 0 : Long.BYTES;
            boolean whole = stamped.length == stamp + 64;
            long at = whole && !isLog() ? ByteBuffer.wrap(stamped).getLong() : 0;
            byte[] message = (isLog() ? text : "cosignature/v1\ntime " + at + "\n" + text).getBytes(UTF_8);
            must(whole && at >= 0 && signed(raw, Arrays.copyOfRange(stamped, stamp, stamped.length), message),
                    "a line in the name of " + name + " is not theirs");
            return at;
        }
    }

    static final String NOBODY = "none";

    record Group(int least, List<String> members) {}

    /** Which logs count, and which witnesses are enough (C2SP tlog-policy). A name stands for earlier lines only. */
    static final class Policy {
        final List<Key> keys = new ArrayList<>();
        private final Set<String> publics = new HashSet<>();
        private final Set<String> names = new HashSet<>();
        private final Set<String> grouped = new HashSet<>();
        private final Map<String, Group> groups = new LinkedHashMap<>();
        private final Map<String, Integer> counts = new HashMap<>();
        private String quorum;

        static Policy read(String rules) throws Refused {
            must(rules.matches("[\\t\\n\\x20-\\x7e\\x80-\\xff]*") && rules.endsWith("\n"), "not a policy");
            Policy policy = new Policy();
            String[] lines = rules.split("\n");
            for (int at = 0; at < lines.length; at++) {
                List<String> words = List.of(lines[at].trim().split("[ \t]+"));
                if (words.get(0).isEmpty() || words.get(0).startsWith("#")) continue;
                policy.take(words, "line " + (at + 1) + " of the policy breaks a rule");
            }
            must(policy.quorum != null, "the policy has no quorum line");
            return policy;
        }

        private void take(List<String> words, String why) throws Refused {
            must(counts.merge(words.get(0), 1, Integer::sum) <= POLICY_NAMES, why);
            switch (words.get(0)) {
                case "log" -> {
                    must(words.size() == 2 || words.size() == 3, why);
                    Key key = take(Key.read(words.get(1), LOG, null));
                    keys.add(Key.of(key.name, COSIGNER, key.raw, null)); // with which it says the time
                }
                case "witness" -> {
                    must((words.size() == 3 || words.size() == 4) && isFree(words.get(1)), why);
                    take(Key.read(words.get(2), COSIGNER, words.get(1)));
                }
                case "group" -> {
                    must(words.size() >= 4, why);
                    List<String> members = words.subList(3, words.size());
                    for (String each : members) must(names.contains(each) && grouped.add(each), why);
                    must(isFree(words.get(1)) && words.get(2).matches("all|any|[1-9][0-9]{0,2}"), why);
                    int least = switch (words.get(2)) {
                        case "all" -> members.size();
                        case "any" -> 1;
                        default -> Integer.parseInt(words.get(2));
                    };
                    must(least <= members.size(), why);
                    groups.put(words.get(1), new Group(least, members));
                }
                case "quorum" -> {
                    must(words.size() == 2 && quorum == null, why);
                    must(words.get(1).equals(NOBODY) || names.contains(words.get(1)), why);
                    quorum = words.get(1);
                }
                default -> throw new Refused(why);
            }
        }

        private Key take(Key key) throws Refused {
            must(publics.add(HexFormat.of().formatHex(key.raw)), "a key stands in the policy twice");
            keys.add(key);
            return key;
        }

        private boolean isFree(String name) {
            return !name.equals(NOBODY) && names.add(name);
        }

        boolean operatorOnly() {
            return quorum.equals(NOBODY);
        }

        boolean satisfiedBy(Set<String> witnesses) {
            Set<String> have = new HashSet<>(witnesses);
            groups.forEach((name, group) -> {
                if (group.members.stream().filter(have::contains).count() >= group.least) have.add(name);
            });
            return have.contains(quorum);
        }
    }

    // Ed25519.

    /** What stands before the 32 bytes of a public key where the JDK reads one (X.509, RFC 8410). */
    static final byte[] X509 = HexFormat.of().parseHex("302a300506032b6570032100");

    /** The y coordinates of the eight points of small order, little-endian. */
    static final Set<String> SMALL_ORDER = Set.of(
            "00".repeat(32),
            "01" + "00".repeat(31),
            "ec" + "ff".repeat(30) + "7f",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a");

    // What the JDK does and what it leaves to us, as tried with 17 and 25: it refuses S >= L, a key or an R off the
    // curve or with y >= 2^255 - 19, and compares without the cofactor, like OpenSSL. It accepts keys of small order,
    // and 17 overlooks what follows the 64 bytes of a signature: so one token could be spelled in many ways.

    /** A verifier for a key whose signatures prove something. */
    static Signature verifier(byte[] raw) throws Refused {
        must(raw.length == 32, "a key has 32 bytes");
        byte[] y = raw.clone();
        y[31] &= 0x7f; // the top bit is the sign of x
        must(!SMALL_ORDER.contains(HexFormat.of().formatHex(y)), "a key under which signatures prove nothing");
        byte[] encoded = ByteBuffer.allocate(X509.length + raw.length).put(X509).put(raw).array();
        try {
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded)));
            return verifier;
        } catch (GeneralSecurityException unusable) {
            throw new Refused("a key under which signatures prove nothing");
        }
    }

    static boolean signed(byte[] key, byte[] signature, byte[] message) throws Refused {
        Signature verifier = verifier(key);
        try {
            verifier.update(message);
            return signature.length == 64 && verifier.verify(signature);
        } catch (SignatureException malformed) {
            return false;
        }
    }

    /** The key's name (RFC 7638). */
    static String thumbprint(byte[] raw) {
        Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
        String told = "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"" + encoder.encodeToString(raw) + "\"}";
        return encoder.encodeToString(sha256(told.getBytes(UTF_8)));
    }

    // Spellings.

    static final Pattern CONTROL = Pattern.compile("[\\x00-\\x09\\x0b-\\x1f]");
    static final Pattern NAME = Pattern.compile("[^+\\p{IsWhite_Space}\\x00-\\x1f]+"); // \s would be ASCII's only

    static byte[] sha256(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) digest.update(part);
            return digest.digest();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible); // every JDK has it
        }
    }

    static byte[] base64(String told) throws Refused {
        return canonical(told, Base64.getDecoder(), Base64.getEncoder());
    }

    static byte[] base64url(String told) throws Refused {
        return canonical(told, Base64.getUrlDecoder(), Base64.getUrlEncoder().withoutPadding());
    }

    /** The JDK's decoders overlook missing padding and unused bits; what is encoded again shows them. */
    private static byte[] canonical(String told, Base64.Decoder decoder, Base64.Encoder encoder) throws Refused {
        try {
            byte[] raw = decoder.decode(told);
            must(encoder.encodeToString(raw).equals(told), "base64 in another than its one spelling");
            return raw;
        } catch (IllegalArgumentException none) {
            throw new Refused("not base64");
        }
    }

    static byte[] hash(String told) throws Refused {
        byte[] raw = base64(told);
        must(raw.length == 32, "a hash has 32 bytes");
        return raw;
    }

    static long number(String told) throws Refused {
        boolean fits = told.matches("0|[1-9][0-9]{0,17}")
                || told.matches("[1-9][0-9]{18}") && told.compareTo(Long.toString(Long.MAX_VALUE)) <= 0;
        must(fits, "not a number without leading zeroes, up to 2^63 - 1");
        return Long.parseLong(told);
    }

    static byte[] read(String file, int most) throws Refused {
        try (InputStream stream = Files.newInputStream(Path.of(file))) {
            byte[] raw = stream.readNBytes(most + 1);
            must(raw.length <= most, file + " is larger than it can be");
            return raw;
        } catch (IOException unreadable) {
            throw new Refused(file + " cannot be read");
        }
    }

    /** Unlike new String(raw, charset), which puts U+FFFD in place of what is none. */
    static String text(byte[] raw, Charset charset) throws Refused {
        try {
            return charset.newDecoder().decode(ByteBuffer.wrap(raw)).toString();
        } catch (CharacterCodingException none) {
            throw new Refused("not " + charset);
        }
    }

    static <T> T as(Class<T> type, Object value) throws Refused {
        must(type.isInstance(value), "not the JSON that is expected here");
        return type.cast(value);
    }

    /** Strict JSON as the protocol reads payloads: Map, List, String, Long, Boolean or null. */
    static final class Json {
        private static final String NO_JSON = "not strict JSON";
        private static final Pattern PLAIN = Pattern.compile("true|false|null|-?(?:0|[1-9][0-9]{0,15})(?![0-9.eE])");
        private final String text;
        private int at;

        private Json(String text) {
            this.text = text;
        }

        static Object read(String text) throws Refused {
            Json json = new Json(text);
            Object value = json.value(1);
            must(json.at == text.length(), NO_JSON);
            return value;
        }

        /** A value and the white space around it; depth is that of an object or array that begins here. */
        private Object value(int depth) throws Refused {
            char first = next();
            must(depth <= JSON_DEPTH || first != '{' && first != '[', "JSON nested too deeply");
            Object value = switch (first) {
                case '{' -> object(depth);
                case '[' -> array(depth);
                case '"' -> string();
                default -> plain();
            };
            next();
            return value;
        }

        private Map<String, Object> object(int depth) throws Refused {
            Map<String, Object> members = new HashMap<>();
            at++;
            if (next() != '}') {
                do {
                    must(next() == '"', NO_JSON);
                    String name = string();
                    must(next() == ':' && !members.containsKey(name), "a name without a value, or twice");
                    at++;
                    members.put(name, value(depth + 1));
                } while (taken(','));
            }
            must(taken('}'), NO_JSON);
            return members;
        }

        private List<Object> array(int depth) throws Refused {
            List<Object> values = new ArrayList<>();
            at++;
            if (next() != ']') {
                do values.add(value(depth + 1)); while (taken(','));
            }
            must(taken(']'), NO_JSON);
            return values;
        }

        private String string() throws Refused {
            StringBuilder told = new StringBuilder();
            at++;
            while (!taken('"')) {
                must(peek() >= ' ', NO_JSON); // nor at the end
                told.append(taken('\\') ? escaped() : text.charAt(at++));
            }
            // Only an escape can be half of a surrogate pair: the text itself was UTF-8.
            must(UTF_8.newEncoder().canEncode(told), "half of a surrogate pair");
            return told.toString();
        }

        private char escaped() throws Refused {
            int which = "\"\\/bfnrtu".indexOf(peek());
            must(which >= 0, NO_JSON);
            at++;
            if (which < 8) return "\"\\/\b\f\n\r\t".charAt(which);
            String digits = text.substring(at, Math.min(at + 4, text.length()));
            must(digits.matches("[0-9A-Fa-f]{4}"), NO_JSON); // parseInt alone would take a sign
            at += 4;
            return (char) Integer.parseInt(digits, 16);
        }

        private Object plain() throws Refused {
            Matcher told = PLAIN.matcher(text).region(at, text.length());
            must(told.lookingAt(), NO_JSON);
            at = told.end();
            switch (told.group()) {
                case "null":
                    return null;
                case "true", "false":
                    return Boolean.valueOf(told.group());
                default:
                    long number = Long.parseLong(told.group());
                    must(Math.abs(number) <= JSON_NUMBER, "a number that is too large");
                    return number;
            }
        }

        /** The next character that is no white space; it is not taken. */
        private char next() {
            while (" \t\n\r".indexOf(peek()) >= 0) at++;
            return peek();
        }

        private boolean taken(char wanted) {
            if (peek() != wanted) return false;
            at++;
            return true;
        }

        /** The next character; at the end one that stands in no JSON. */
        private char peek() {
            return at < text.length() ? text.charAt(at) : '\0';
        }
    }
}
