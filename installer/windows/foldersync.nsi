; The setup program for Windows, for one user, without rights of an administrator. Made by build-windows, which says:
;   VERSION FILE_VERSION (four numbers)   STAGE: app/, README.txt, LICENSE.txt, NOTICES.txt   FILES: the File lines of app/   ICON   BANNER   SIZE_KB   OUTPUT
;   QUICK: little compression

Target amd64-unicode
!ifdef QUICK
  SetCompressor zlib
!else
  SetCompressor /SOLID lzma
  SetCompressorDictSize 32
!endif

!include "MUI2.nsh"
!include "FileFunc.nsh"
!include "LogicLib.nsh"
!include "Sections.nsh"

!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\FolderSync"
!define RUN_KEY "Software\Microsoft\Windows\CurrentVersion\Run"
!define HOME "$LOCALAPPDATA\FolderSync"
!define WM_CLOSE_MESSAGE 16
; Exit codes, as README.txt says them.
!define NOT_DONE 2

Name "FolderSync"
OutFile "${OUTPUT}"
InstallDir "$LOCALAPPDATA\Programs\FolderSync"
InstallDirRegKey HKCU "${UNINSTALL_KEY}" "InstallLocation"
RequestExecutionLevel user
ManifestDPIAware true
ManifestSupportedOS all
ShowInstDetails nevershow
BrandingText "FolderSync ${VERSION}"

VIProductVersion "${FILE_VERSION}"
VIAddVersionKey "ProductName" "FolderSync"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "Sets up FolderSync"
VIAddVersionKey "LegalCopyright" "The FolderSync authors"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_WELCOMEFINISHPAGE_BITMAP "${BANNER}"
!define MUI_WELCOMEPAGE_TITLE "FolderSync ${VERSION}"
!define MUI_WELCOMEPAGE_TEXT "Keeps folders the same on your computers, phones and NAS: directly, with no server in between.$\r$\n$\r$\nThis installs it for you only, without administrator rights. A running FolderSync is stopped, updated and started again; your folders, this device's identity and the configuration don't change.$\r$\n$\r$\nClick Next to continue."
!define MUI_FINISHPAGE_TITLE "FolderSync is installed"
!define MUI_ABORTWARNING
!define MUI_COMPONENTSPAGE_NODESC
!define MUI_FINISHPAGE_RUN "$INSTDIR\app\foldersync-tray.exe"
!define MUI_FINISHPAGE_RUN_TEXT "Start FolderSync"
!define MUI_FINISHPAGE_TEXT "If Windows Firewall asks about FolderSync, allow it for private networks: otherwise other devices can't connect to this computer.$\r$\n$\r$\nThe icon in the taskbar opens FolderSync's page."
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

; What ran of this installation before it was ended.
Var TrayRan
Var ServiceRan
; Of the command line: "1", "0", or nothing.
Var StartAfterwards

; Ends tray and service of this installation, in good order, and leaves what ran in TrayRan and ServiceRan. Setup program and uninstaller
; have it both; functions of an uninstaller begin with "un.".
!macro RUNNING un
; Pushes "1" if the program of that name in app runs: Windows lets nobody write to it then.
Function ${un}IsRunning
  Exch $0
  Push $1
  ${If} ${FileExists} "$INSTDIR\app\$0"
    ClearErrors
    FileOpen $1 "$INSTDIR\app\$0" a
    ${If} ${Errors}
      StrCpy $0 "1"
    ${Else}
      FileClose $1
      StrCpy $0 ""
    ${EndIf}
  ${Else}
    StrCpy $0 ""
  ${EndIf}
  ClearErrors
  Pop $1
  Exch $0
FunctionEnd

; Waits up to 40 s (the tray gives its service 30) until that program has ended.
Function ${un}AwaitEnd
  Exch $0
  Push $1
  Push $2
  StrCpy $1 0
  ${Do}
    Push $0
    Call ${un}IsRunning
    Pop $2
    ${If} $2 == ""
    ${OrIf} $1 >= 200
      ${ExitDo}
    ${EndIf}
    Sleep 200
    IntOp $1 $1 + 1
  ${Loop}
  Pop $2
  Pop $1
  Pop $0
FunctionEnd

Function ${un}EndRunning
  Push $0
  Push $1
  Push "foldersync-tray.exe"
  Call ${un}IsRunning
  Pop $TrayRan
  Push "foldersync.exe"
  Call ${un}IsRunning
  Pop $ServiceRan
  ${If} $TrayRan == "1"
    DetailPrint "Stopping FolderSync's icon ..."
    ; Its window is hidden; closed, it ends the service that it started.
    StrCpy $1 0
    ${Do}
      FindWindow $0 "FolderSyncTray"
      ${If} $0 = 0
      ${OrIf} $1 >= 10
        ${ExitDo}
      ${EndIf}
      SendMessage $0 ${WM_CLOSE_MESSAGE} 0 0 /TIMEOUT=5000
      Push "foldersync-tray.exe"
      Call ${un}AwaitEnd
      IntOp $1 $1 + 1
    ${Loop}
    Push "foldersync-tray.exe"
    Call ${un}AwaitEnd
  ${EndIf}
  Push "foldersync.exe"
  Call ${un}IsRunning
  Pop $0
  ${If} $0 == "1"
    DetailPrint "Stopping FolderSync's service ..."
    nsExec::ExecToLog /TIMEOUT=40000 '"$INSTDIR\app\foldersync.exe" shutdown'
    Pop $0
    Push "foldersync.exe"
    Call ${un}AwaitEnd
  ${EndIf}
  Push "foldersync-tray.exe"
  Call ${un}IsRunning
  Pop $0
  Push "foldersync.exe"
  Call ${un}IsRunning
  Pop $1
  ${If} "$0$1" != ""
    SetErrorLevel ${NOT_DONE}
    MessageBox MB_OK|MB_ICONSTOP "FolderSync is running and could not be stopped. Quit it from its icon's menu and stop every 'foldersync serve', then try again. Nothing was changed." /SD IDOK
    Abort "FolderSync is running and could not be stopped. Nothing was changed."
  ${EndIf}
  Pop $1
  Pop $0
FunctionEnd
!macroend
!insertmacro RUNNING ""
!insertmacro RUNNING "un."

; Starts what ran before, or what the command line wants.
Function StartAgain
  ${If} $StartAfterwards == "0"
    Return
  ${EndIf}
  SetOutPath "$INSTDIR"
  ${If} $TrayRan == "1"
  ${OrIf} $StartAfterwards == "1"
    Exec '"$INSTDIR\app\foldersync-tray.exe"'
  ${ElseIf} $ServiceRan == "1"
    ; A console program: its window is not wanted.
    ExecShell "open" "$INSTDIR\app\foldersync.exe" "serve --no-browser" SW_HIDE
  ${EndIf}
FunctionEnd

; What could not be written is said, what was there before stays and runs again.
Function GiveUp
  RMDir /r "$INSTDIR\app.new"
  Call StartAgain
  SetErrorLevel ${NOT_DONE}
  MessageBox MB_OK|MB_ICONSTOP "'$INSTDIR' can't be written to: the disk is full, or a program holds a file there. What was installed before is as it was." /SD IDOK
  Abort "'$INSTDIR' can't be written to. What was installed before is as it was."
FunctionEnd

Section "FolderSync" SectionProgram
  SectionIn RO
  ; Beside the old version first: no moment is without a whole one, but that of two renames.
  RMDir /r "$INSTDIR\app.new"
  ClearErrors
  !include "${FILES}"
  SetOutPath "$INSTDIR"
  ${If} ${Errors}
    Call GiveUp
  ${EndIf}
  Call EndRunning
  RMDir /r "$INSTDIR\app.old"
  ClearErrors
  ${If} ${FileExists} "$INSTDIR\app\*.*"
    Rename "$INSTDIR\app" "$INSTDIR\app.old"
    ${If} ${Errors}
      Call GiveUp
    ${EndIf}
  ${EndIf}
  Rename "$INSTDIR\app.new" "$INSTDIR\app"
  ${If} ${Errors}
    Rename "$INSTDIR\app.old" "$INSTDIR\app"
    Call GiveUp
  ${EndIf}
  RMDir /r "$INSTDIR\app.old"

  File "${STAGE}/README.txt"
  File "${STAGE}/LICENSE.txt"
  File "${STAGE}/NOTICES.txt"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayName" "FolderSync"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\app\foldersync-tray.exe"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "Publisher" "The FolderSync authors"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "EstimatedSize" ${SIZE_KB}
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoRepair" 1
  DetailPrint "If Windows Firewall asks about FolderSync, allow it for private networks."
SectionEnd

Section "Start menu" SectionMenu
  SetOutPath "$INSTDIR"
  CreateDirectory "$SMPROGRAMS\FolderSync"
  CreateShortcut "$SMPROGRAMS\FolderSync\FolderSync.lnk" "$INSTDIR\app\foldersync-tray.exe"
  CreateShortcut "$SMPROGRAMS\FolderSync\FolderSync command line.lnk" "$SYSDIR\cmd.exe" '/k set "PATH=$INSTDIR\app;%PATH%"' "$INSTDIR\app\foldersync-tray.exe"
SectionEnd

Section "Start at each login" SectionAutostart
SectionEnd

; After all others, when it is known what was chosen.
Section "-Finish"
  ; As `foldersync autostart on` and `off` do it.
  ${If} ${SectionIsSelected} ${SectionAutostart}
    WriteRegStr HKCU "${RUN_KEY}" "FolderSync" '"$INSTDIR\app\foldersync-tray.exe"'
  ${Else}
    DeleteRegValue HKCU "${RUN_KEY}" "FolderSync"
  ${EndIf}
  ; With a person in front, the last page asks.
  ${If} ${Silent}
    Call StartAgain
  ${ElseIf} $ServiceRan == "1"
  ${AndIf} $TrayRan == ""
    Call StartAgain
  ${EndIf}
SectionEnd

Function .onInit
  Push $0
  Push $1
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/START=" $StartAfterwards
  ; An upgrade keeps what was chosen.
  ReadRegStr $1 HKCU "${UNINSTALL_KEY}" "DisplayVersion"
  ${If} $1 != ""
    ReadRegStr $1 HKCU "${RUN_KEY}" "FolderSync"
    ${If} $1 == ""
      !insertmacro UnselectSection ${SectionAutostart}
    ${EndIf}
    ${IfNot} ${FileExists} "$SMPROGRAMS\FolderSync\FolderSync.lnk"
      !insertmacro UnselectSection ${SectionMenu}
    ${EndIf}
  ${EndIf}
  ClearErrors
  ${GetOptions} $0 "/AUTOSTART=" $1
  ${IfNot} ${Errors}
    ${If} $1 == "0"
      !insertmacro UnselectSection ${SectionAutostart}
    ${Else}
      !insertmacro SelectSection ${SectionAutostart}
    ${EndIf}
  ${EndIf}
  ClearErrors
  Pop $1
  Pop $0
FunctionEnd

Section "Uninstall"
  ${IfNot} ${FileExists} "$INSTDIR\app\foldersync.exe"
    SetErrorLevel ${NOT_DONE}
    MessageBox MB_OK|MB_ICONSTOP "FolderSync is not in '$INSTDIR'. Nothing was changed." /SD IDOK
    Abort "FolderSync is not in '$INSTDIR'."
  ${EndIf}
  Call un.EndRunning
  RMDir /r "$INSTDIR\app"
  Delete "$INSTDIR\README.txt"
  Delete "$INSTDIR\LICENSE.txt"
  Delete "$INSTDIR\NOTICES.txt"
  Delete "$INSTDIR\uninstall.exe"
  ; Only if it is empty: it may be a directory of the user's.
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\FolderSync\FolderSync.lnk"
  Delete "$SMPROGRAMS\FolderSync\FolderSync command line.lnk"
  RMDir "$SMPROGRAMS\FolderSync"
  ReadRegStr $0 HKCU "${RUN_KEY}" "FolderSync"
  ; Only what starts this installation.
  StrLen $1 '"$INSTDIR\app\'
  StrCpy $0 $0 $1
  ${If} $0 == '"$INSTDIR\app\'
    DeleteRegValue HKCU "${RUN_KEY}" "FolderSync"
  ${EndIf}
  DeleteRegKey HKCU "${UNINSTALL_KEY}"

  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/REMOVECONFIG=" $1
  ${If} ${Errors}
    StrCpy $1 "0"
    ${If} ${FileExists} "${HOME}\*.*"
      MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "Remove this device's identity and configuration, too?$\r$\n$\r$\nThe files in your folders always stay. Without the identity, a reinstalled FolderSync is a new device for all others.$\r$\n$\r$\n${HOME}" /SD IDNO IDNO keep
      StrCpy $1 "1"
      keep:
    ${EndIf}
  ${EndIf}
  ${If} $1 == "1"
    ; By name: somebody may have a folder of theirs in there.
    Delete "${HOME}\cert.pem"
    Delete "${HOME}\key.pem"
    Delete "${HOME}\https-*.pem"
    Delete "${HOME}\config.yaml"
    Delete "${HOME}\config.xml"
    Delete "${HOME}\config.schema.json"
    Delete "${HOME}\runtime.json"
    Delete "${HOME}\state*.db"
    Delete "${HOME}\lock"
    Delete "${HOME}\tray.lock"
    Delete "${HOME}\tray.log"
    RMDir /r "${HOME}\config-backups"
    RMDir /r "${HOME}\index"
    RMDir "${HOME}"
  ${EndIf}
SectionEnd
