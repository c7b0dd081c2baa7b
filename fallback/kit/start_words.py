"""What START says before the program runs, in both languages: no catalogue can be read yet, and nobody was asked."""

from collections.abc import Mapping

SAYS: Mapping[str, tuple[str, str]] = {
    "unfit": (
        "This stick holds nothing that fits this computer's Python {have} on {system}; it has {found}. Take another "
        "computer.",
        "इस पेन ड्राइव में इस कंप्यूटर के Python {have} ({system}) के लिए कुछ नहीं है; इसमें {found} है। दूसरा कंप्यूटर लें।",
    ),
    "checking": (
        "Looking at the stick: {done} of {all} MB, {left} seconds left.",
        "पेन ड्राइव की जाँच: {all} में से {done} MB, {left} सेकंड बाकी।",
    ),
    "refused": (
        "This stick is not used: {count} of its files are not as they were made. The first is {fault}. Take the other "
        "stick, and keep this one for the IT staff.",
        "यह पेन ड्राइव काम में नहीं ली जाती: इसकी {count} फ़ाइलें वैसी नहीं हैं जैसी बनी थीं। पहली: {fault}। "
        "दूसरी पेन ड्राइव लें, और यह IT वालों के लिए रख दें।",
    ),
    "gone": (
        "The stick cannot be read any more ({why}). Plug it in again, in another socket perhaps, and start once more.",
        "पेन ड्राइव अब पढ़ी नहीं जाती ({why})। उसे फिर लगाएँ, हो सके तो दूसरे सॉकेट में, और फिर शुरू करें।",
    ),
    "full": (
        "The disk of this computer is full: {need} MB must be free in {folder}. Empty the waste bin or take away large "
        "files, then start again. Nothing was left behind.",
        "इस कंप्यूटर की डिस्क भरी है: {folder} में {need} MB खाली चाहिए। "
        "रीसायकल बिन खाली करें या बड़ी फ़ाइलें हटाएँ, फिर शुरू करें। कुछ भी पीछे नहीं छोड़ा गया।",
    ),
    "closed": (
        "This account may not write in {folder} ({why}). Log in to this computer as another user, or take another one.",
        "यह खाता {folder} में नहीं लिख सकता ({why})। इस कंप्यूटर में दूसरे खाते से आएँ, या दूसरा कंप्यूटर लें।",
    ),
    "unpacking": ("Putting the program onto this computer.", "प्रोग्राम इस कंप्यूटर पर रखा जा रहा है।"),
    "waiting": ("Another start is at it already. This one waits.", "शुरू करने का काम पहले से चल रहा है। यह रुका है।"),
    "again": (
        "The program on this computer was damaged. It is put there once more.",
        "इस कंप्यूटर पर रखा प्रोग्राम ख़राब था। उसे फिर रखा जाता है।",
    ),
    "broken": (
        "The program cannot be started on this computer. Take another computer; if a virus scanner put something away "
        "here, the IT staff can give it back.",
        "प्रोग्राम इस कंप्यूटर पर शुरू नहीं होता। दूसरा कंप्यूटर लें; अगर वायरस स्कैनर ने यहाँ कुछ हटाया हो, तो IT वाले लौटा सकते हैं।",
    ),
    "newer": (
        "This stick is of version {kit}. This computer has version {here}, which is newer: that one is started.",
        "यह पेन ड्राइव संस्करण {kit} की है। इस कंप्यूटर पर नया संस्करण {here} है: वही शुरू होता है।",
    ),
    "older": (
        "The desk on this computer was last opened by version {here}, which is newer than this stick ({kit}). Take the "
        "newer stick. Nothing was changed.",
        "इस कंप्यूटर का काउंटर पिछली बार संस्करण {here} से खुला था, जो इस पेन ड्राइव ({kit}) से नया है। "
        "नई पेन ड्राइव लें। कुछ नहीं बदला गया।",
    ),
    "running": ("It runs already on this computer: {address}", "यह इस कंप्यूटर पर पहले से चल रहा है: {address}"),
    "mute": (
        "Another start runs on this computer and does not answer. Close its window, then start again.",
        "इस कंप्यूटर पर पहले से एक शुरुआत चल रही है और जवाब नहीं देती। उसकी खिड़की बंद करें, फिर शुरू करें।",
    ),
    "whole": (
        "Every file of this stick is as it was made: {count} files.",
        "इस पेन ड्राइव की हर फ़ाइल वैसी ही है जैसी बनी थी: {count} फ़ाइलें।",
    ),
}


def said(key: str, **values: object) -> list[str]:
    """A sentence, English first, filled in."""
    return [each.format(**values) for each in SAYS[key]]
