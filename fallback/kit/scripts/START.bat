@echo off
rem Parchi: starts this hospital's registration from the stick. No administrator, no installer, no network.
setlocal
chcp 65001 >nul 2>nul
title Parchi
set "HERE=%~dp0"
set "UNFIT="
set "FOUND="
rem Not in a block: a folder like "stick (1)" would end it.
if not exist "%HERE%python-windows\python.exe" goto installed
set PYTHON="%HERE%python-windows\python.exe"
goto start
:installed
for %%V in (3.14 3.13 3.12 3.11) do call :look py -%%V
call :look python
call :look python3
if defined FOUND goto start
if defined UNFIT (
  %UNFIT% -I -S -B "%HERE%program\start.py" --fits
) else (
  echo This computer has no Python from 3.11 on, and this stick brings none. Take another stick or computer. Until then write on the pads.
  echo इस कंप्यूटर पर Python 3.11 या नया नहीं है, और इस पेन ड्राइव में भी नहीं। दूसरी पेन ड्राइव या दूसरा कंप्यूटर लें। तब तक पैड पर लिखें।
)
pause
exit /b 3

:look
if defined FOUND exit /b 0
%* -I -S -B -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>nul
if errorlevel 1 exit /b 0
%* -I -S -B "%HERE%program\start.py" --fits >nul 2>nul
if errorlevel 97 exit /b 0
if errorlevel 96 (
  set "UNFIT=%*"
  exit /b 0
)
set "FOUND=yes"
set "PYTHON=%*"
exit /b 0

:start
echo Keep this window open: the desk works as long as it is. / यह विंडो खुली रखें: काउंटर तभी तक चलता है।
%PYTHON% -I -S -B "%HERE%program\start.py" %*
set "CODE=%ERRORLEVEL%"
if not "%CODE%"=="0" pause
exit /b %CODE%
