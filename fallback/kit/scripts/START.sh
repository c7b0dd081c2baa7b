#!/bin/sh
# Parchi: starts this hospital's registration from the stick. No administrator, no installer, no network.
# In a terminal:  sh START.sh
here=$(cd "$(dirname "$0")" && pwd) || exit 1
old=""
for python in python3.14 python3.13 python3.12 python3.11 python3 python; do
    command -v "$python" >/dev/null 2>&1 || continue
    if ! "$python" -I -S -B -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        old="$python"
        continue
    fi
    said=$("$python" -I -S -B "$here/program/start.py" --fits)
    code=$?
    if [ $code -eq 96 ]; then
        unfit="$said"
        continue
    fi
    if [ $code -ne 0 ]; then
        printf '%s\n' "$said"
        exit $code
    fi
    exec "$python" -I -S -B "$here/program/start.py" "$@"
done
if [ -n "$unfit" ]; then
    printf '%s\n' "$unfit"
elif [ -n "$old" ]; then
    echo "This computer's Python is too old: 3.11 or newer is needed. Take another computer. Until then write on the pads."
    echo "इस कंप्यूटर का Python पुराना है: 3.11 या नया चाहिए। दूसरा कंप्यूटर लें। तब तक पैड पर लिखें।"
else
    echo "There is no Python on this computer. Take another computer: one with Windows needs nothing. Until then write on the pads."
    echo "इस कंप्यूटर पर Python नहीं है। दूसरा कंप्यूटर लें: Windows वाले में कुछ नहीं चाहिए। तब तक पैड पर लिखें।"
fi
exit 3
