namespace FolderSync.Simulator.Histories;

/// <summary>
/// What a user or a computer does. An operation that can't be done any more, such as deleting a file that isn't there, does nothing: the
/// step that made it possible may have been left out.
/// </summary>
internal abstract record Operation
{
    /// <summary>The devices concerned.</summary>
    public virtual IEnumerable<string> Devices => [];

    /// <summary>The names concerned, '/' between the parts.</summary>
    public virtual IEnumerable<string> Names => [];

    public virtual Operation WithNames(Func<string, string> map) => this;

    /// <summary>Time passes.</summary>
    public sealed record Nothing : Operation;

    /// <summary>Of one device.</summary>
    public abstract record OfDevice(string Device) : Operation
    {
        public override IEnumerable<string> Devices => [Device];
    }

    public sealed record Start(string Device) : OfDevice(Device);

    /// <summary>The process ends in order.</summary>
    public sealed record Stop(string Device) : OfDevice(Device);

    /// <summary>kill -9.</summary>
    public sealed record Kill(string Device) : OfDevice(Device);

    /// <summary>The power fails.</summary>
    /// <param name="Losses">Where in the seed's stream the draws begin that say what is lost of what was not synced.</param>
    public sealed record Crash(string Device, long Losses) : OfDevice(Device);

    public sealed record Rescan(string Device) : OfDevice(Device);

    /// <summary>The line between two devices is cut and can't be opened.</summary>
    public sealed record Part(string A, string B) : Operation
    {
        public override IEnumerable<string> Devices => [A, B];
    }

    public sealed record Join(string A, string B) : Operation
    {
        public override IEnumerable<string> Devices => [A, B];
    }

    /// <summary>The watcher reports directories in which nothing happened.</summary>
    public sealed record Notice(string Device, IReadOnlyList<string> Reported) : OfDevice(Device)
    {
        public override IEnumerable<string> Names => Reported;

        public override Operation WithNames(Func<string, string> map) => this with { Reported = [.. Reported.Select(map)] };
    }

    /// <summary>A user changes one name in the folder.</summary>
    public abstract record Edit(string Device, string Name) : OfDevice(Device)
    {
        /// <summary>The watcher reports it; else the next scan finds it.</summary>
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

    /// <param name="Number">No two writes of a history have the same, so that a content says who wrote it.</param>
    /// <param name="Length">In bytes.</param>
    public sealed record Write(string Device, string Name, int Number, int Length) : Edit(Device, Name)
    {
        /// <summary>Shorter ones don't hold their number.</summary>
        public const int MinLength = 7;

        public string Content => $"<{Number:0000}>".PadRight(Length, '.');
    }
}
