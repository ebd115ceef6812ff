global using FolderSync.Testing;
global using Xunit;

// These tests are about file permissions, links and signals.
[assembly: System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
