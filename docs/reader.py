"""Reads Parchi's paper without Parchi: python3 reader.py < codes.txt, one code a line, as any QR scanner types it.

Python 3.8 or newer is all it needs. First the poster, then desks' cards, then slips: their keys check what follows.
Each code gives a line of JSON (docs/payload.md). `checked` is "genuine", "forged", "no key", or of a poster "by its own
key": compare its id with other papers. Only Parchi checks that values are in their range and codings the shortest.
A name beside a `sealed` identity is an alias: the supervisors' key opens that.
"""
# ruff: noqa
# fmt: off
import datetime, hashlib, json, sys
# The parts in their order, each with its coding: so many bits, a name of CODINGS, or none: a text.
FIRST = "kind:5 drill:1 alias:1 emergency:1 medico_legal:1 provisional:1 cut:1 0:1 hospital:id number:number revision:4"
THEN = "replaces:id issued:moment sex:2 category:5 clinic:8 fee_status:2"
SLIP = """signer:10 patient_number:number uhid:uhid previous:number mother:number birth_date:day age:age relation:3
mobile:mobile abha:abha state:6 pin_code:pin token:count token_series:10 fee:count booking medico_legal_number scheme_id
name name_hindi guardian district locality reason sealed:data extension:data"""
MORE = """ward:8 bed unit ipd_number brought_by found_at police_station brought_dead:true in_bed:true admitted_on:day
birth_time:minute birth_order:4 identification_marks day:day"""
DESK, SHEET = "hospital:id drill:1 series:10 ", "hospital:id drill:1 signer:10 clinic:8 day:day "
STATEMENTS = [("root", "public:key name"), ("certificate", DESK + "public:key name"), ("shift", DESK + """ordinal:count
page:8 pages:8 opened:moment closed:moment issued:count first:20 last:20 corrections:count reprints:count receipts:count
receipts_rupees:count refunded_rupees:count exempt:count later:count opening_float:count counted_cash:count
head_sequence:count head:head voids:voids"""), ("day", SHEET + "token_series:10 first:count"),
              ("box", SHEET + "box:count count:count")]
WORDS = {"kind": "opd casualty admission transfer discharge death void pad shift", "sex": "female male other unknown",
         "category": "general bpl pmjay cghs echs esi senior_citizen disabled pregnant freedom_fighter staff student "
         "prisoner other", "fee_status": "paid exempt later", "age_unit": "years months days",
         "relation": "father husband mother wife son daughter guardian"}
CUT = """reason locality guardian district name_hindi name identification_marks found_at brought_by
police_station""".split()
SHIFTED, LATIN = "0123456789'/()&#:;+_@*!?\"%=[]<>$", {0: " ", 29: ",", 30: ".", 31: "-"}
HINDI = dict(zip([0, 4, 58, 59, 85, 86, 87, 115, 116, 117, *range(118, 128)], " .-\u200d\u200c,()/'0123456789"))
START = datetime.datetime(2024, 1, 1, 5, 30, tzinfo=datetime.timezone(datetime.timedelta(minutes=330)))
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
CURVE = -121665 * pow(121666, -1, P) % P
class Bits:
    def __init__(self, data):
        self.row = "".join(f"{byte:08b}" for byte in data)
    def take(self, count):
        if count > len(self.row):
            raise ValueError("it ends too early: it was not read whole")
        taken, self.row = self.row[:count], self.row[count:]
        return int(taken or "0", 2)
    def table(self, parts, present):
        found = {}
        for name, _, coding in [part.partition(":") for part, there in zip(parts.split(), present) if there]:
            value = self.take(int(coding)) if coding.isdigit() else CODINGS[coding](self)
            value = WORDS[name].split()[value] if name in WORDS else bool(value) if coding == "1" else value
            found.update(value if coding == "age" else {name: value})
        return found
    def count(self):
        more, low = self.take(1), self.take(4)
        return low + (self.count() << 4) if more else low
    def text(self):
        coding = self.take(2)
        if coding == 2:
            return bytes(self.take(8) for _ in range(self.count())).decode()
        if coding == 1:
            return "".join(HINDI.get(code, chr(0x900 + code)) for code in [self.take(7) for _ in range(self.count())])
        capitals, text, flip = self.take(1), "", False
        codes = iter([self.take(5) for _ in range(self.count())])
        for code in codes:
            if 1 <= code <= 26:
                first = bool(capitals) or not (text[-1:].isascii() and text[-1:].isalpha())
                text += chr((64 if first != flip else 96) + code)
            elif code != 27:
                text += SHIFTED[next(codes)] if code == 28 else LATIN[code]
            flip = code == 27
        return text
    def digits(self, length, bits, less=0):
        return self.text() if self.take(1) else str(self.take(bits) + less).zfill(length)
    def uhid(self):
        length = 0 if self.take(1) else self.take(4)
        return str(self.take((10**length - 1).bit_length())).zfill(length) if length else self.text()
    def number(self, series=None):
        body = f"{self.take(10) if series is None else series:03d}{self.take(20):06d}"
        return f"{body}{98 - int(body) * 100 % 97:02d}"
    def voids(self):
        found = []
        for _ in range(self.take(6)):
            found.append(self.number(None if self.take(1) else int(found[-1][:3])))
        return found
CODINGS = {"": Bits.text, "count": Bits.count, "uhid": Bits.uhid, "number": Bits.number, "voids": Bits.voids,
           "moment": lambda bits: (START + datetime.timedelta(0, at)).isoformat() if (at := bits.take(29)) else None,
           "age": lambda bits: bits.table("age_unit:2 age:7", (1, 1)), "true": lambda bits: True,
           "data": lambda bits: bytes(bits.take(8) for _ in range(bits.count())).hex(),
           "id": lambda bits: f"{bits.take(32):08x}", "key": lambda bits: f"{bits.take(256):064x}",
           "day": lambda bits: str(datetime.date(1900, 1, 1) + datetime.timedelta(bits.take(16))),
           "minute": lambda bits: "{:02d}:{:02d}".format(*divmod(bits.take(11), 60)),
           "mobile": lambda bits: bits.digits(10, 32, 6 * 10**9), "abha": lambda bits: bits.digits(14, 47),
           "pin": lambda bits: bits.digits(6, 20), "head": lambda bits: f"{bits.take(64):016x}"}
def slip(bits):
    found = bits.table(FIRST, [1] * 11)
    found.update(bits.table(THEN, [found["revision"], 1, 1, 1, 1, 1]), signer=int(found["number"][:3]))
    present, is_cut, _ = [bits.take(1) for _ in SLIP.split()], found.pop("cut"), found.pop("0")
    cut = [name for name in CUT[:6] if bits.take(1)] if is_cut else []
    found.update(bits.table(SLIP, present))
    if (whole := found.get("extension", "")).startswith("01"):
        more = Bits(bytes.fromhex(whole)[1:])
        is_cut, present = more.take(1), [more.take(1) for _ in MORE.split()]
        cut += [name for name in CUT[6:] if more.take(1)] if is_cut else []
        found.update(more.table(MORE, present), extension=whole[len(whole) - len(more.row) // 8 * 2 :])
    return {name: value + "…" if name in cut else value for name, value in found.items()}
def point(data):  # Ed25519, as in RFC 8032
    y = int.from_bytes(data, "little") % 2**255
    square = (y * y - 1) * pow(CURVE * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if (x * x - square) % P == 0 else x * pow(2, (P - 1) // 4, P) % P
    return (x if x % 2 == data[31] >> 7 else P - x, y) if (x * x - square) % P == 0 and y < P else None
def plus(p, q):
    both = CURVE * p[0] * p[1] * q[0] * q[1] % P
    x, y = p[0] * q[1] + p[1] * q[0], p[1] * q[1] + p[0] * q[0]
    return x * pow(1 + both, -1, P) % P, y * pow(1 - both, -1, P) % P
def times(number, base):
    half = times(number // 2, plus(base, base)) if number else (0, 1)
    return plus(half, base) if number % 2 else half
def genuine(public, message, signature):
    key, first, rest = point(public), point(signature[:32]), int.from_bytes(signature[32:], "little")
    mix = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    return bool(key and first and rest < ORDER and times(rest, point(b"X" + 31 * b"f")) == plus(first, times(mix, key)))
def read(text, keys):
    digits = "".join(str(int(sign)) for sign in text)
    signed = int(digits[1:]).to_bytes((len(digits) - 1) * 332193 // 100000 // 8, "big")
    message, signature, bits = signed[:-64], signed[-64:], Bits(signed[:-64])
    version, kind = bits.take(4), message[0] & 15
    if digits[0] != "1" or version not in (1, 15) or version == 15 and (kind > 4 or bits.take(8) & 15 != 1):
        raise ValueError("it is no code of Parchi, or of a later version")
    found = slip(bits) if version == 1 else {"type": STATEMENTS[kind][0], **bits.table(STATEMENTS[kind][1], [1] * 30)}
    if "1" in bits.row or len(bits.row) > 7 and len(message) > 20:
        raise ValueError("it has more bits than it should")
    if (name := found.get("type")) == "root":
        found["hospital"] = hashlib.sha256(bytes.fromhex(found["public"])).hexdigest()[:8]
    elif name == "certificate":
        told = [found[part] for part in ("series", "name", "public", "drill")]
        message = b"Parchi certificate 1\n" + json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    desk = (found["hospital"], found.get("signer", found.get("series")), found.get("drill"))
    signer = (desk[0], None, None) if name == "certificate" else desk
    whose = keys.get(signer, [found["public"]] if name == "root" else [])  # of two posters with one id the first counts
    good = any(genuine(bytes.fromhex(key), message, signature) for key in whose)
    if good and "public" in found:
        keys.setdefault(desk, []).append(found["public"])
    found["checked"] = ("by its own key" if name == "root" else "genuine") if good else "forged" if whose else "no key"
    return found
if __name__ == "__main__":
    known = {}
    for line in sys.stdin:
        try:
            print(json.dumps(read(line.strip(), known), ensure_ascii=False))
        except Exception as wrong:  # a damaged code breaks anywhere: the next line is another page
            print(json.dumps({"code": line.strip()[:24], "checked": f"not read: {wrong}"}))
