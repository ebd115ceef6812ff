@echo off
rem The command line, with the directory "data" beside this file as its home: foldersync-cli status
set "FOLDERSYNC_HOME=%~dp0data"
"%~dp0app\foldersync.exe" %*
