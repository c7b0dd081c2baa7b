"""The words of the papers that the law asks for. Where a law prescribes them they are the law's, in English.

Sources, read in 2026: CERT-In's directions of 28 April 2022 (No. 20(3)/2022-CERT-In), para. (ii) and Annexure I, and
its incident reporting form (reporter, affected system, symptoms, actions, source addresses; incident@cert-in.org.in);
the Digital Personal Data Protection Rules 2025, rule 7(1) and (2), by dpdpaedu.org and dpdpa.co.in; the Schedule to the
Bharatiya Sakshya Adhiniyam 2023 (Act 47 of 2023), section 63(4)(c), by nyayx.com and nyaya.cloud.
"""

from collections.abc import Mapping

from fallback.printing.labels import Words

INCIDENT = Words("Cyber incident: report to CERT-In", "साइबर घटना: CERT-In को सूचना")
PERSONAL_DATA = Words("Personal data breach: report", "व्यक्तिगत डेटा भंग: सूचना")
CERTIFICATE = Words("Certificate, section 63(4)(c)", "प्रमाणपत्र, धारा 63(4)(c)")

DUTY_FIELDS: dict[str, Words] = {
    "noticed": Words("Noticed", "कब पता चला"),
    "deadline": Words("Due until", "कब तक देना है"),
    "made": Words("This sheet was made", "यह पत्रक बना"),
    "no": Words("No.", "क्रम"),
    "question": Words("What is asked", "क्या पूछा है"),
    "answer": Words("What is known; empty lines are for a person", "जो पता है; ख़ाली जगह कोई व्यक्ति भरे"),
    # the certificate's blanks
    "person": Words("I, (Name)", "मैं, (नाम)"),
    "kin": Words("Son/daughter/spouse of", "पुत्र/पुत्री/पति-पत्नी"),
    "resides": Words("residing/employed at", "निवास/कार्यस्थल"),
    "affirm": Words("", ""),
    "produced": Words("", ""),
    "obtained": Words("", ""),
    "devices": Words("", ""),
    "device_other": Words("Other", "अन्य"),
    "make_model": Words("Make & Model", "निर्माता व मॉडल"),
    "colour": Words("Color", "रंग"),
    "serial": Words("Serial Number", "क्रमांक"),
    "device_id": Words("IMEI/UIN/UID/MAC/Cloud ID (as applicable)", "जो लागू हो"),
    "device_more": Words("Any other relevant information about the device/digital record (specify)", "अन्य जानकारी"),
    "lawful": Words("", ""),
    "held_by": Words("", ""),
    "hash_says": Words("", ""),
    "hash": Words("HASH value", "हैश मान"),
    "algorithms": Words("", ""),
    "enclosed": Words("", ""),
    "signed": Words("(Name and signature)", "नाम व हस्ताक्षर"),
    "signed_expert": Words("(Name, designation and signature)", "नाम, पदनाम व हस्ताक्षर"),
    "signed_day": Words("Date (DD/MM/YYYY)", "दिनांक"),
    "signed_time": Words("Time (IST), in 24 hours format", "समय"),
    "signed_place": Words("Place", "स्थान"),
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
    Words("Targeted scanning/probing of critical networks/systems", "ज़रूरी नेटवर्क/सिस्टम की जाँच-टोह"),
    Words("Compromise of critical systems/information", "ज़रूरी सिस्टम/सूचना में सेंध"),
    Words("Unauthorised access of IT systems/data", "सिस्टम/डेटा में अनधिकृत प्रवेश"),
    Words("Defacement of, or intrusion into, a website", "वेबसाइट बिगाड़ना या उसमें घुसना"),
    Words("Malicious code: virus, worm, Trojan, bot, spyware, ransomware, cryptominer", "वायरस, रैंसमवेयर आदि"),
    Words("Attack on servers (database, mail, DNS) and network devices", "सर्वर व नेटवर्क यंत्रों पर हमला"),
    Words("Identity theft, spoofing and phishing", "पहचान की चोरी, फ़िशिंग"),
    Words("Denial of service (DoS, DDoS)", "सेवा ठप करना (DoS, DDoS)"),
    Words("Attack on critical infrastructure, SCADA, operational technology, wireless", "अहम ढाँचे, वायरलेस पर हमला"),
    Words("Attack on applications such as e-governance, e-commerce", "ई-गवर्नेंस जैसे एप्लिकेशन पर हमला"),
    Words("Data breach", "डेटा भंग"),
    Words("Data leak", "डेटा का लीक होना"),
    Words("Attack on Internet of Things devices and their systems", "IoT यंत्रों पर हमला"),
    Words("Attack or incident affecting digital payment systems", "डिजिटल भुगतान पर असर"),
    Words("Attack through malicious mobile apps", "दुर्भावनापूर्ण मोबाइल ऐप"),
    Words("Fake mobile apps", "नक़ली मोबाइल ऐप"),
    Words("Unauthorised access to social media accounts", "सोशल मीडिया खातों में अनधिकृत प्रवेश"),
    Words("Malicious or suspicious activity affecting cloud systems", "क्लाउड सिस्टम पर संदिग्ध गतिविधि"),
    Words("… affecting big data, blockchain, virtual assets, robotics, 3D printing, drones", "ब्लॉकचेन, ड्रोन आदि"),
    Words("… affecting artificial intelligence and machine learning", "AI और मशीन लर्निंग पर"),
)

SYMPTOMS: tuple[Words, ...] = (
    Words("Files encrypted or renamed; a note asks for money", "फ़ाइलें बंद या नाम बदले; पैसे की माँग"),
    Words("Systems crash, or do not start", "सिस्टम बंद हो रहे या चालू नहीं होते"),
    Words("Unexplained poor performance", "बिना कारण धीमापन"),
    Words("New or changed user accounts", "नए या बदले यूज़र खाते"),
    Words("Unusual network traffic, or probing", "नेटवर्क पर असामान्य आवागमन"),
    Words("Data or logs changed or missing", "डेटा या लॉग बदले या ग़ायब"),
)
ACTIONS: tuple[Words, ...] = (
    Words("System disconnected from the network", "सिस्टम नेटवर्क से अलग किया"),
    Words("Log files examined and kept", "लॉग देखे और सुरक्षित रखे"),
    Words("Restored from a good backup", "सही बैकअप से बहाल किया"),
    Words("No action taken yet", "अभी कुछ नहीं किया"),
)

# What CERT-In's form asks, then what the journal can say, by the name under which an answer is given.
INCIDENT_ROWS: Mapping[str, Words] = {
    "reporter": Words("Who reports: name, designation", "सूचना देने वाला: नाम, पदनाम"),
    "contact": Words("Their telephone, mobile, e-mail", "उनका फ़ोन, मोबाइल, ई-मेल"),
    "organisation": Words("Organisation: name, address, telephone", "संस्था: नाम, पता, फ़ोन"),
    "sector": Words("Sector", "क्षेत्र"),
    "occurred": Words("When it happened, as far as is known", "कब हुआ, जहाँ तक पता है"),
    "how": Words("How it was noticed, and by whom", "कैसे और किसे पता चला"),
    "description": Words("What happened, in a few words", "क्या हुआ, थोड़े शब्दों में"),
    "systems": Words("Affected systems: name, IP address, operating system", "प्रभावित सिस्टम: नाम, IP पता, सिस्टम"),
    "hosts": Words("How many computers are affected", "कितने कंप्यूटर प्रभावित"),
    "critical": Words("Which work of the hospital depends on them", "अस्पताल का कौन-सा काम रुका"),
    "place": Words("Where they stand; the internet provider", "कहाँ हैं; इंटरनेट कौन देता है"),
    "sources": Words("IP addresses that look like the source", "संदिग्ध IP पते"),
    "protection": Words("Protection in place: antivirus, firewall", "सुरक्षा: एंटीवायरस, फ़ायरवॉल"),
    "agencies": Words("Who else was told: police, NIC, ministry", "और किसे बताया: पुलिस, NIC, मंत्रालय"),
    "downtime": Words("Registration by paper since", "काग़ज़ से पंजीकरण कब से"),
    "desks": Words("Desks of the fallback, and their computers", "पर्ची के काउंटर और कंप्यूटर"),
    "holdings": Words("Patient data in the fallback", "पर्ची में मरीज़ों का डेटा"),
    "revoked": Words("Keys revoked", "रद्द की गई कुंजियाँ"),
    "copies": Words("Second copies of its journal", "रोज़नामचे की दूसरी प्रतियाँ"),
    "head": Words("Its journal: chain, line, hash", "रोज़नामचा: शृंखला, पंक्ति, हैश"),
    "verified": Words("Its journal was verified", "रोज़नामचे की जाँच"),
    "logs": Words("Its access log: days, SHA-256 of the hash list", "एक्सेस लॉग: दिन, सूची का SHA-256"),
    "refused": Words("Refused logins and host names in it", "लॉग में नामंज़ूर लॉगिन और नाम"),
    "clock": Words("Its clock: seconds to be added", "घड़ी: कितने सेकंड जोड़ें"),
    "symptoms": Words("Symptoms: tick, and write what else", "लक्षण: निशान लगाएँ, और लिखें"),
    "actions": Words("Actions taken: tick, and write what else", "क्या किया: निशान लगाएँ, और लिखें"),
    "type": Words("Type of incident (Annexure I): tick", "घटना का प्रकार (अनुलग्नक I): निशान लगाएँ"),
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
    "organisation": Words("Data Fiduciary: name, address, telephone", "संस्था: नाम, पता, फ़ोन"),
    "answerer": Words("Who answers questions: name, telephone, e-mail", "सवालों का जवाब कौन देगा: नाम, फ़ोन, ई-मेल"),
    "nature": Words("At once: nature of the breach", "तुरंत: भंग किस तरह का"),
    "extent": Words("At once: extent: how many people, which data", "तुरंत: कितने लोग, कौन-सा डेटा"),
    "timing": Words("At once: when it happened", "तुरंत: कब हुआ"),
    "location": Words("At once: where it happened", "तुरंत: कहाँ हुआ"),
    "impact": Words("At once: likely impact", "तुरंत: संभावित असर"),
    "updated": Words("72 h: what is known more of all that", "72 घंटे: इनमें और क्या पता चला"),
    "facts": Words("72 h: events, circumstances and reasons", "72 घंटे: घटनाक्रम, हालात, कारण"),
    "mitigation": Words("72 h: measures to mitigate risk", "72 घंटे: जोखिम घटाने के उपाय"),
    "findings": Words("72 h: findings on who caused it", "72 घंटे: किसने किया, क्या पता चला"),
    "remedy": Words("72 h: measures against recurrence", "72 घंटे: दोबारा न हो, इसके उपाय"),
    "notices": Words("72 h: notices given: how many, how, when", "72 घंटे: कितनों को, कैसे, कब बताया"),
    "told_what": Words("To each person: nature, extent, when, where", "हर व्यक्ति को: क्या, कितना, कब, कहाँ"),
    "told_impact": Words("To each person: what may follow for them", "हर व्यक्ति को: उन पर क्या असर हो सकता है"),
    "told_measures": Words("To each person: what is being done", "हर व्यक्ति को: क्या किया जा रहा है"),
    "told_safety": Words("To each person: what they can do themselves", "हर व्यक्ति को: वे ख़ुद क्या कर सकते हैं"),
    "told_contact": Words("To each person: whom to ask", "हर व्यक्ति को: किससे पूछें"),
    "holdings": INCIDENT_ROWS["holdings"],
    "sealed": Words("How it is kept", "कैसे रखा है"),
    "desks": INCIDENT_ROWS["desks"],
    "revoked": INCIDENT_ROWS["revoked"],
    "looked": Words("Looks into sealed identities and the index", "गोपनीय पहचान और सूची कब देखी गई"),
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
