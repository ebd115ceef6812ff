using System.Collections.Immutable;

namespace FolderSync.Configuration.Schema;

/// <summary>Where an option stands in Syncthing's configuration. REST writes and reads it there in JSON, import reads it in XML.</summary>
/// <param name="Scope">The object of the API that it is a part of, such as <see cref="SyncthingOptions.Folder"/>.</param>
/// <param name="Name">Its field in that object, with dots where objects lie in each other.</param>
/// <param name="Form">What its value is there.</param>
public sealed record SyncthingField<T>(string Scope, string Name, SyncthingForm<T> Form)
{
    /// <summary>The element or attribute of Syncthing's config.xml; null where there is none.</summary>
    public string? Import { get; init; }

    /// <summary>Import has more to judge than its form says, and reads it in its own code.</summary>
    public bool IsImportedByHand { get; init; }

    /// <summary>No Syncthing has it: clients of Syncthing don't send it.</summary>
    public bool IsOwn { get; init; }

    public string Path => $"{Scope}.{Name}";
}

/// <summary>What a value is in Syncthing's configuration, whether it is said in JSON or in XML.</summary>
public abstract record SyncthingForm<T>
{
    /// <summary>The same as a part of something larger.</summary>
    public abstract SyncthingForm<TWhole> Within<TWhole>(Func<TWhole, T> get, Func<TWhole, T, TWhole> put);

    public sealed record Flag(Func<T, bool> Get, Func<T, bool, T> Set) : SyncthingForm<T>
    {
        public override SyncthingForm<TWhole> Within<TWhole>(Func<TWhole, T> get, Func<TWhole, T, TWhole> put) =>
            new SyncthingForm<TWhole>.Flag(w => Get(get(w)), (w, v) => put(w, Set(get(w), v)));
    }

    /// <param name="Least">What import raises a smaller number to.</param>
    /// <param name="Most">What import lowers a larger number to.</param>
    public sealed record Whole(int Least, int Most, Func<T, int> Get, Func<T, int, T> Set) : SyncthingForm<T>
    {
        public override SyncthingForm<TWhole> Within<TWhole>(Func<TWhole, T> get, Func<TWhole, T, TWhole> put) =>
            new SyncthingForm<TWhole>.Whole(Least, Most, w => Get(get(w)), (w, v) => put(w, Set(get(w), v)));
    }

    /// <param name="WhyNot">Null for a good value, else a sentence for the client.</param>
    public sealed record Text(Func<T, string> Get, Func<T, string, T> Set, Func<string, string?>? WhyNot) : SyncthingForm<T>
    {
        public override SyncthingForm<TWhole> Within<TWhole>(Func<TWhole, T> get, Func<TWhole, T, TWhole> put) =>
            new SyncthingForm<TWhole>.Text(w => Get(get(w)), (w, v) => put(w, Set(get(w), v)), WhyNot);
    }

    /// <param name="WhyNot">Null for a good item, else a sentence for the client.</param>
    public sealed record Texts(Func<T, ImmutableArray<string>> Get, Func<T, ImmutableArray<string>, T> Set, Func<string, string?>? WhyNot) : SyncthingForm<T>
    {
        public override SyncthingForm<TWhole> Within<TWhole>(Func<TWhole, T> get, Func<TWhole, T, TWhole> put) =>
            new SyncthingForm<TWhole>.Texts(w => Get(get(w)), (w, v) => put(w, Set(get(w), v)), WhyNot);
    }

    /// <summary>One of some words, by its place among them; read without regard to case.</summary>
    public sealed record Word(ImmutableArray<string> Words, Func<T, int> Get, Func<T, int, T> Set) : SyncthingForm<T>
    {
        /// <summary>What older versions wrote into their XML, with the place of the word that it means.</summary>
        public ImmutableArray<(string Word, int Means)> Older { get; init; } = [];

        /// <summary>A word of Syncthing's that can't hold here, with a sentence.</summary>
        public ImmutableArray<(string Word, string Why)> Unsupported { get; init; } = [];

        public override SyncthingForm<TWhole> Within<TWhole>(Func<TWhole, T> get, Func<TWhole, T, TWhole> put) =>
            new SyncthingForm<TWhole>.Word(Words, w => Get(get(w)), (w, v) => put(w, Set(get(w), v))) { Older = Older, Unsupported = Unsupported };

        /// <summary>-1 where there is no such word.</summary>
        public int Find(string text)
        {
            for (var i = 0; i < Words.Length; i++)
            {
                if (Words[i].Equals(text, StringComparison.OrdinalIgnoreCase))
                    return i;
            }
            return -1;
        }
    }

    /// <summary>Percent of a disk, or bytes: a value with its unit.</summary>
    public sealed record Amount(Func<T, (double Amount, bool IsBytes)> Get, Func<T, (double Amount, bool IsBytes), T> Set) : SyncthingForm<T>
    {
        public override SyncthingForm<TWhole> Within<TWhole>(Func<TWhole, T> get, Func<TWhole, T, TWhole> put) =>
            new SyncthingForm<TWhole>.Amount(w => Get(get(w)), (w, v) => put(w, Set(get(w), v)));
    }

    /// <summary>It hangs on others or on more than the configuration: REST and import have code of their own for it.</summary>
    public sealed record ByHand : SyncthingForm<T>
    {
        public override SyncthingForm<TWhole> Within<TWhole>(Func<TWhole, T> get, Func<TWhole, T, TWhole> put) => new SyncthingForm<TWhole>.ByHand();
    }
}
