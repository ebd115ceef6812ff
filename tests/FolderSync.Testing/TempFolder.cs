using System.Diagnostics;

namespace FolderSync.Testing;

/// <summary>A temporary directory for one test, deleted with its content.</summary>
internal sealed class TempFolder : IDisposable
{
    public TempFolder(string? below = null)
    {
        Path = System.IO.Path.Combine(below ?? System.IO.Path.GetTempPath(), "fs-" + System.IO.Path.GetRandomFileName());
        Directory.CreateDirectory(Path);
    }

    public string Path { get; }

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public string Write(string name, string text = "")
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!);
        File.WriteAllText(this[name], text);
        return this[name];
    }

    /// <summary>Runs a program; returns whether it succeeded.</summary>
    public static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            process.StandardOutput.ReadToEnd();
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    /// <remarks>Uses rm, which can also delete names that are not UTF-8.</remarks>
    public void Dispose()
    {
        if (OperatingSystem.IsWindows() || !Run("rm", "-rf", Path))
            Directory.Delete(Path, recursive: true);
    }
}

/// <summary>A filesystem in memory or in an image file, mounted for one test; needs root.</summary>
internal sealed class Mounted : IDisposable
{
    private readonly TempFolder _folder = new();

    private Mounted()
    {
    }

    public string Path => _folder["mnt"];

    public static Mounted Tmpfs(string options)
    {
        var mounted = new Mounted();
        Directory.CreateDirectory(mounted.Path);
        mounted.Require(TempFolder.Run("mount", "-t", "tmpfs", "-o", options, "tmpfs", mounted.Path), "a tmpfs can't be mounted here (not root)");
        return mounted;
    }

    /// <summary>A filesystem in an image file, created by the program and options of <paramref name="make"/>.</summary>
    public static Mounted Image(int megabytes, string options, params string[] make)
    {
        var mounted = new Mounted();
        Directory.CreateDirectory(mounted.Path);
        using (var image = File.Create(mounted._folder["image"]))
            image.SetLength(megabytes * 1024L * 1024);
        mounted.Require(TempFolder.Run(make[0], [.. make[1..], mounted._folder["image"]]), $"{make[0]} is not there");
        mounted.Require(TempFolder.Run("mount", "-o", "loop" + options, mounted._folder["image"], mounted.Path), $"what {make[0]} makes can't be mounted here");
        return mounted;
    }

    public void Dispose()
    {
        TempFolder.Run("umount", "-l", Path);
        _folder.Dispose();
    }

    private void Require(bool done, string otherwise)
    {
        if (done)
            return;
        Dispose();
        Xunit.Skip.If(true, otherwise);
    }
}
