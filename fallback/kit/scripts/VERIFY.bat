@echo off
rem Parchi: looks at every byte of this stick, with Python where there is one, else with Windows' own certutil (minutes).
setlocal enabledelayedexpansion
chcp 65001 >nul 2>nul
title Parchi
cd /d "%~dp0"
set "PYTHON="
if exist "python-windows\python.exe" set "PYTHON=python-windows\python.exe"
if defined PYTHON (
  "%PYTHON%" -I -S -B "program\start.py" --verify
  set "CODE=!ERRORLEVEL!"
  pause
  exit /b !CODE!
)
if not exist SHA256SUMS goto trouble
if not exist KIT.json goto trouble
for /f "skip=1 delims=" %%h in ('certutil -hashfile SHA256SUMS SHA256') do if not defined LIST set "LIST=%%h"
findstr /i /c:"%LIST: =%" KIT.json >nul || goto trouble
set /a COUNT=0
for /f "tokens=1,*" %%a in (SHA256SUMS) do (
  set "FILE=%%b"
  set "FILE=!FILE:/=\!"
  set "REAL="
  for /f "skip=1 delims=" %%h in ('certutil -hashfile "!FILE!" SHA256 2^>nul') do if not defined REAL set "REAL=%%h"
  set "REAL=!REAL: =!"
  if /i not "!REAL!"=="%%a" (
    echo !FILE!
    goto trouble
  )
  set /a COUNT+=1
)
echo Every file of this stick is as it was made: %COUNT% files.
echo इस पेन ड्राइव की हर फ़ाइल वैसी ही है जैसी बनी थी।
pause
exit /b 0

:trouble
echo This stick is not as it was made. Do not use it. Take the other one, and keep this one for the IT staff.
echo यह पेन ड्राइव वैसी नहीं है जैसी बनी थी। इसे काम में न लें। दूसरी लें, और यह IT वालों के लिए रख दें।
pause
exit /b 3
