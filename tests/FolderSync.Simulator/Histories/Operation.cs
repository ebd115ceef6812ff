using FolderSync.Core.Model;

namespace FolderSync.Simulator.Histories;

/// <summary>
/// An action of a user or a computer. An operation that is no longer possible, such as deleting a missing file, does nothing: shrinking may have
/// removed the step that made it possible.
/// </summary>
internal abstract record Operation
{
    /// <summary>The devices concerned.</summary>
    public virtual IEnumerable<string> Devices => [];

    /// <summary>The names concerned, with '/'.</summary>
    public virtual IEnumerable<string> Names => [];

    public virtual Operation WithNames(Func<string, string> map) => this;

    /// <summary>Time passes.</summary>
    public sealed record Nothing : Operation;

    /// <summary>An operation on one device.</summary>
    public abstract record OfDevice(string Device) : Operation
    {
        public override IEnumerable<string> Devices => [Device];
    }

    public sealed record Start(string Device) : OfDevice(Device);

    /// <summary>Stops the process cleanly.</summary>
    public sealed record Stop(string Device) : OfDevice(Device);

    /// <summary>kill -9.</summary>
    public sealed record Kill(string Device) : OfDevice(Device);

    /// <summary>A power failure.</summary>
    /// <param name="Losses">The position in the seed's stream of the draws that decide what is lost of what was not synced.</param>
    public sealed record Crash(string Device, long Losses) : OfDevice(Device);

    public sealed record Rescan(string Device) : OfDevice(Device);

    /// <summary>The clock is set while everything runs on.</summary>
    /// <param name="Ticks">How far it is ahead of the true time then. Never a multiple of a millisecond, so that no time comes twice.</param>
    public sealed record SetClock(string Device, long Ticks) : OfDevice(Device);

    /// <summary>The folder's type is configured.</summary>
    public sealed record SetRole(string Device, FolderType Role) : OfDevice(Device);

    /// <summary>A receive-only folder's local changes are undone.</summary>
    public sealed record Revert(string Device) : OfDevice(Device);

    /// <summary>A send-only folder's state is made the newest.</summary>
    public sealed record Override(string Device) : OfDevice(Device);

    /// <summary>What is held is carried out, or taken back.</summary>
    public sealed record Decide(string Device, bool Accepts) : OfDevice(Device);

    /// <summary>Another filesystem is mounted: the one that was there before, else an empty one.</summary>
    public sealed record Mount(string Device, string Directory) : OfDevice(Device);

    public sealed record Unmount(string Device, string Directory) : OfDevice(Device);

    /// <summary>Cuts the connection between two devices until it is restored.</summary>
    public sealed record Partition(string A, string B) : Operation
    {
        public override IEnumerable<string> Devices => [A, B];
    }

    public sealed record Heal(string A, string B) : Operation
    {
        public override IEnumerable<string> Devices => [A, B];
    }

    /// <summary>The watcher reports directories without changes.</summary>
    public sealed record Notice(string Device, IReadOnlyList<string> Reported) : OfDevice(Device)
    {
        public override IEnumerable<string> Names => Reported;

        public override Operation WithNames(Func<string, string> map) => this with { Reported = [.. Reported.Select(map)] };
    }

    /// <summary>A user changes one name in the folder.</summary>
    public abstract record Edit(string Device, string Name) : OfDevice(Device)
    {
        /// <summary>The watcher reports it; otherwise the next scan finds it.</summary>
        public bool IsNoticed { get; init; }

        public override IEnumerable<string> Names => [Name];

        public override Operation WithNames(Func<string, string> map) => this with { Name = map(Name) };
    }

    public sealed record Delete(string Device, string Name) : Edit(Device, Name);

    public sealed record Rename(string Device, string Name, string To) : Edit(Device, Name)
    {
        public override IEnumerable<string> Names => [Name, To];

        public override Operation WithNames(Func<string, string> map) => this with { Name = map(Name), To = map(To) };
    }

    public sealed record Chmod(string Device, string Name, uint Permissions) : Edit(Device, Name);

    public sealed record MakeDirectory(string Device, string Name) : Edit(Device, Name);

    public sealed record Symlink(string Device, string Name, string Target) : Edit(Device, Name);

    /// <summary>A pipe, socket or device takes the name.</summary>
    public sealed record MakeSpecial(string Device, string Name) : Edit(Device, Name);

    /// <summary>The ignore patterns are edited; without lines there is no such file.</summary>
    public sealed record Ignore(string Device, IReadOnlyList<string> Lines) : Edit(Device, IgnorePatterns.FileName)
    {
        public override IEnumerable<string> Names => [];

        public override Operation WithNames(Func<string, string> map) => this;
    }

    /// <summary>A file that ignore patterns may include is written; it is synced as any other.</summary>
    /// <param name="Number">Unique in a history.</param>
    public sealed record WritePatterns(string Device, int Number, IReadOnlyList<string> Lines) : Edit(Device, IgnorePatterns.IncludedName)
    {
        public string Content => $"// <{Number:0000}>\n{string.Join('\n', Lines)}\n";

        public override IEnumerable<string> Names => [];

        public override Operation WithNames(Func<string, string> map) => this;
    }

    /// <summary>All files are changed as ransomware does it.</summary>
    /// <param name="Number">Unique in a history.</param>
    public sealed record Flood(string Device, int Number, FloodKind Kind) : Edit(Device, "")
    {
        public override IEnumerable<string> Names => [];

        public override Operation WithNames(Func<string, string> map) => this;

        public string ContentOf(int file) => $"<{Number:0000}>{file}";
    }

    /// <param name="Number">Unique in a history, so that a content identifies its write.</param>
    /// <param name="Length">In bytes.</param>
    public sealed record Write(string Device, string Name, int Number, int Length) : Edit(Device, Name)
    {
        /// <summary>Shorter contents have no room for their number.</summary>
        public const int MinLength = 7;

        public string Content => $"<{Number:0000}>".PadRight(Length, '.');
    }
}

/// <summary>What becomes of each file in a flood.</summary>
internal enum FloodKind
{
    Overwrite,

    /// <summary>A new file stands beside it, and it is deleted.</summary>
    Replace,
    Delete,
}
