global using FolderSync.Testing;
global using Xunit;

// Modes, links and signals are what these tests are about.
[assembly: System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
