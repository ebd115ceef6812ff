using System.Reflection;

namespace FolderSync.Platform;

/// <summary>This program's version.</summary>
public static class ProgramVersion
{
    /// <summary>Such as "0.1.0".</summary>
    public static string Number { get; } =
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    /// <summary>Such as "v0.1.0", as peers and REST clients expect it.</summary>
    public static string Tag => "v" + Number;
}
