#!/bin/sh
# Parchi: looks at every byte of this stick with the system's own tools. In a terminal:  sh VERIFY.sh
cd "$(dirname "$0")" || exit 1
trouble() {
    echo "$1"
    echo "Do not use this stick. Take the other one, and keep this one for the IT staff."
    echo "इस पेन ड्राइव को काम में न लें। दूसरी लें, और यह IT वालों के लिए रख दें।"
    exit 3
}
[ -f KIT.json ] && [ -f SHA256SUMS ] || trouble "KIT.json or SHA256SUMS is missing: the stick was not built to its end, or not copied whole."
sealed=$(sed -n 's/.*"sums": *"\([0-9a-f]\{64\}\)".*/\1/p' KIT.json)
real=$(sha256sum SHA256SUMS | cut -d' ' -f1)
[ "$sealed" = "$real" ] || trouble "SHA256SUMS is not the list that KIT.json names."
sha256sum -c --quiet SHA256SUMS || trouble "Some files are not as they were made: see above."
extra=$(find . -path ./copies -prune -o -path ./data -prune -o -path './System Volume Information' -prune -o \
    -path './.Trash-*' -prune -o -path './$RECYCLE.BIN' -prune -o -path './lost+found' -prune -o \
    ! -type d -print | sed 's|^\./||' | while IFS= read -r file; do
    case "$file" in SHA256SUMS | KIT.json) continue ;; esac
    cut -c67- SHA256SUMS | grep -Fxq -- "$file" || printf '%s\n' "$file"
done)
[ -z "$extra" ] || trouble "These files do not belong there: $extra"
echo "Every file of this stick is as it was made: $(wc -l <SHA256SUMS) files."
echo "इस पेन ड्राइव की हर फ़ाइल वैसी ही है जैसी बनी थी।"
