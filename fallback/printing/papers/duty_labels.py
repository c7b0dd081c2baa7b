"""The words of the papers that the law asks for. Where a law prescribes them they are the law's, in English.

Sources, read in 2026: CERT-In's directions of 28 April 2022 (No. 20(3)/2022-CERT-In), para. (ii) and Annexure I, and
its incident reporting form (reporter, affected system, symptoms, actions, source addresses; incident@cert-in.org.in);
the Digital Personal Data Protection Rules 2025, rule 7(1) and (2), by dpdpaedu.org and dpdpa.co.in; the Schedule to the
Bharatiya Sakshya Adhiniyam 2023 (Act 47 of 2023), section 63(4)(c), by nyayx.com and nyaya.cloud.
"""

from collections.abc import Mapping

from fallback.printing.labels import Words, spoken

INCIDENT = spoken("Cyber incident: report to CERT-In")
PERSONAL_DATA = spoken("Personal data breach: report")
CERTIFICATE = spoken("Certificate, section 63(4)(c)")

DUTY_FIELDS: dict[str, Words] = {
    "noticed": spoken("Noticed"),
    "deadline": spoken("Due until"),
    "made": spoken("This sheet was made"),
    "no": spoken("No."),
    "question": spoken("What is asked"),
    "answer": spoken("What is known; empty lines are for a person"),
    # the certificate's blanks
    "person": spoken("I, (Name)"),
    "kin": spoken("Son/daughter/spouse of"),
    "resides": spoken("residing/employed at"),
    "affirm": Words("", ""),
    "produced": Words("", ""),
    "obtained": Words("", ""),
    "devices": Words("", ""),
    "device_other": spoken("Other"),
    "make_model": spoken("Make & Model"),
    "colour": spoken("Color"),
    "serial": spoken("Serial Number"),
    "device_id": spoken("IMEI/UIN/UID/MAC/Cloud ID (as applicable)"),
    "device_more": spoken("Any other relevant information about the device/digital record (specify)"),
    "lawful": Words("", ""),
    "held_by": Words("", ""),
    "hash_says": Words("", ""),
    "hash": spoken("HASH value"),
    "algorithms": Words("", ""),
    "enclosed": Words("", ""),
    "signed": spoken("(Name and signature)"),
    "signed_expert": spoken("(Name, designation and signature)"),
    "signed_day": spoken("Date (DD/MM/YYYY)"),
    "signed_time": spoken("Time (IST), in 24 hours format"),
    "signed_place": spoken("Place"),
}

# The Schedule's own words.
AFFIRM = "do hereby solemnly affirm and sincerely state and submit as follows:—"
PRODUCED = (
    "I have produced electronic record/output of the digital record taken from the following device/digital record "
    "source (tick mark):—"
)
OBTAINED = (
    "The produced electronic record/output of the digital record are obtained from the following device/digital record "
    "source (tick mark):—"
)
DEVICES = (
    "[__] Computer / Storage Media · [__] DVR · [__] Mobile · [__] Flash Drive · [__] CD/DVD · [__] Server · "
    "[__] Cloud · [__] Other"
)
LAWFUL = (
    "The digital device or the digital record source was under the lawful control for regularly creating, storing or "
    "processing information for the purposes of carrying out regular activities and during this period, the computer "
    "or the communication device was working properly and the relevant information was regularly fed into the computer "
    "during the ordinary course of business. If the computer/digital device at any point of time was not working "
    "properly or out of operation, then it has not affected the electronic/digital record or its accuracy. The digital "
    "device or the source of the digital record is:—"
)
HELD_BY = "[__] Owned · [__] Maintained · [__] Managed · [__] Operated by me (select as applicable)."
HASH_SAYS = "I state that the HASH value/s of the electronic/digital record/s is"
ALGORITHMS = (
    "obtained through the following algorithm:—\n"
    "[__] SHA1: · [ X ] SHA256: · [__] MD5: · [__] Other: ______________ (Legally acceptable standard)"
)
ENCLOSED = "(Hash report to be enclosed with the certificate)"

# Annexure I of CERT-In's directions of 28 April 2022: what must be reported within six hours.
INCIDENT_TYPES: tuple[Words, ...] = (
    spoken("Targeted scanning/probing of critical networks/systems"),
    spoken("Compromise of critical systems/information"),
    spoken("Unauthorised access of IT systems/data"),
    spoken("Defacement of, or intrusion into, a website"),
    spoken("Malicious code: virus, worm, Trojan, bot, spyware, ransomware, cryptominer"),
    spoken("Attack on servers (database, mail, DNS) and network devices"),
    spoken("Identity theft, spoofing and phishing"),
    spoken("Denial of service (DoS, DDoS)"),
    spoken("Attack on critical infrastructure, SCADA, operational technology, wireless"),
    spoken("Attack on applications such as e-governance, e-commerce"),
    spoken("Data breach"),
    spoken("Data leak"),
    spoken("Attack on Internet of Things devices and their systems"),
    spoken("Attack or incident affecting digital payment systems"),
    spoken("Attack through malicious mobile apps"),
    spoken("Fake mobile apps"),
    spoken("Unauthorised access to social media accounts"),
    spoken("Malicious or suspicious activity affecting cloud systems"),
    spoken("… affecting big data, blockchain, virtual assets, robotics, 3D printing, drones"),
    spoken("… affecting artificial intelligence and machine learning"),
)

SYMPTOMS: tuple[Words, ...] = (
    spoken("Files encrypted or renamed; a note asks for money"),
    spoken("Systems crash, or do not start"),
    spoken("Unexplained poor performance"),
    spoken("New or changed user accounts"),
    spoken("Unusual network traffic, or probing"),
    spoken("Data or logs changed or missing"),
)
ACTIONS: tuple[Words, ...] = (
    spoken("System disconnected from the network"),
    spoken("Log files examined and kept"),
    spoken("Restored from a good backup"),
    spoken("No action taken yet"),
)

# What CERT-In's form asks, then what the journal can say, by the name under which an answer is given.
INCIDENT_ROWS: Mapping[str, Words] = {
    "reporter": spoken("Who reports: name, designation"),
    "contact": spoken("Their telephone, mobile, e-mail"),
    "organisation": spoken("Organisation: name, address, telephone"),
    "sector": spoken("Sector"),
    "occurred": spoken("When it happened, as far as is known"),
    "how": spoken("How it was noticed, and by whom"),
    "description": spoken("What happened, in a few words"),
    "systems": spoken("Affected systems: name, IP address, operating system"),
    "hosts": spoken("How many computers are affected"),
    "critical": spoken("Which work of the hospital depends on them"),
    "place": spoken("Where they stand; the internet provider"),
    "sources": spoken("IP addresses that look like the source"),
    "protection": spoken("Protection in place: antivirus, firewall"),
    "agencies": spoken("Who else was told: police, NIC, ministry"),
    "downtime": spoken("Registration by paper since"),
    "desks": spoken("Desks of the fallback, and their computers"),
    "holdings": spoken("Patient data in the fallback"),
    "revoked": spoken("Keys revoked"),
    "copies": spoken("Second copies of its journal"),
    "head": spoken("Its journal: chain, line, hash"),
    "verified": spoken("Its journal was verified"),
    "logs": spoken("Its access log: days, SHA-256 of the hash list"),
    "refused": spoken("Refused logins and host names in it"),
    "clock": spoken("Its clock: seconds to be added"),
    "symptoms": spoken("Symptoms: tick, and write what else"),
    "actions": spoken("Actions taken: tick, and write what else"),
    "type": spoken("Type of incident (Annexure I): tick"),
}
# How many lines a pen needs, where that is more than one.
LINES: Mapping[str, int] = {
    "description": 3, "systems": 3, "sources": 2, "nature": 2, "extent": 2, "impact": 2, "updated": 3, "facts": 4,
    "mitigation": 3, "findings": 2, "remedy": 2, "told_what": 2, "told_impact": 2, "told_measures": 2,
    "told_safety": 2,
}  # fmt: skip
TICKED: Mapping[str, tuple[Words, ...]] = {"symptoms": SYMPTOMS, "actions": ACTIONS, "type": INCIDENT_TYPES}

# Rule 7(2) for the Board, rule 7(1) for each affected person, then what the journal can say.
PERSONAL_DATA_ROWS: Mapping[str, Words] = {
    "organisation": spoken("Data Fiduciary: name, address, telephone"),
    "answerer": spoken("Who answers questions: name, telephone, e-mail"),
    "nature": spoken("At once: nature of the breach"),
    "extent": spoken("At once: extent: how many people, which data"),
    "timing": spoken("At once: when it happened"),
    "location": spoken("At once: where it happened"),
    "impact": spoken("At once: likely impact"),
    "updated": spoken("72 h: what is known more of all that"),
    "facts": spoken("72 h: events, circumstances and reasons"),
    "mitigation": spoken("72 h: measures to mitigate risk"),
    "findings": spoken("72 h: findings on who caused it"),
    "remedy": spoken("72 h: measures against recurrence"),
    "notices": spoken("72 h: notices given: how many, how, when"),
    "told_what": spoken("To each person: nature, extent, when, where"),
    "told_impact": spoken("To each person: what may follow for them"),
    "told_measures": spoken("To each person: what is being done"),
    "told_safety": spoken("To each person: what they can do themselves"),
    "told_contact": spoken("To each person: whom to ask"),
    "holdings": INCIDENT_ROWS["holdings"],
    "sealed": spoken("How it is kept"),
    "desks": INCIDENT_ROWS["desks"],
    "revoked": INCIDENT_ROWS["revoked"],
    "looked": spoken("Looks into sealed identities and the index"),
    "copies": INCIDENT_ROWS["copies"],
    "head": INCIDENT_ROWS["head"],
    "verified": INCIDENT_ROWS["verified"],
    "logs": INCIDENT_ROWS["logs"],
    "refused": INCIDENT_ROWS["refused"],
    "clock": INCIDENT_ROWS["clock"],
}

# The titles and columns of the report that lies with evidence, by their English.
DOSSIER: Mapping[str, Words] = {
    english: Words(english, hindi)
    for english, hindi in (
        ("evidence from the registration journal", "पंजीकरण रोज़नामचे से साक्ष्य"),
        ("Hash report", "हैश रिपोर्ट"),
        ("File", "फ़ाइल"),
        ("Chains and their heads", "शृंखलाएँ और उनके सिरे"),
        ("Chain", "शृंखला"),
        ("Line", "पंक्ति"),
        ("Hash", "हैश"),
        ("Where the journal's head was printed", "रोज़नामचे का सिरा काग़ज़ पर कहाँ छपा"),
        ("Shift sheet", "शिफ्ट पत्रक"),
        ("Closed", "बंद"),
        ("Paper read back", "काग़ज़ दोबारा पढ़ा"),
        ("Desks and computers", "काउंटर और कंप्यूटर"),
        ("Desk", "काउंटर"),
        ("Computer", "कंप्यूटर"),
        ("Enrolled", "जोड़ा गया"),
        ("Who sat where", "कौन कहाँ बैठा"),
        ("Shift", "शिफ्ट"),
        ("Person", "व्यक्ति"),
        ("From", "से"),
        ("To", "तक"),
        ("Logins by the access log", "एक्सेस लॉग के अनुसार लॉगिन"),
        ("Day", "दिन"),
        ("Login", "लॉगिन"),
        ("Address", "पता"),
        ("Requests", "अनुरोध"),
        ("Verification", "जाँच"),
        ("What", "क्या"),
        ("Found", "मिला"),
        ("The clock", "घड़ी"),
        ("Told", "बताया गया"),
        ("By", "किसने"),
        ("Seconds to add", "जोड़ने के सेकंड"),
        ("Access log", "एक्सेस लॉग"),
        ("Lines", "पंक्तियाँ"),
    )
}
