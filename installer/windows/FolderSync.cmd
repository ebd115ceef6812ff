@echo off
rem Starts the icon in the taskbar and the service. All that belongs to them is in the directory "data" beside this file.
set "FOLDERSYNC_HOME=%~dp0data"
start "" "%~dp0app\foldersync-tray.exe"
