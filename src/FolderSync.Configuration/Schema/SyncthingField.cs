using System.Collections.Immutable;

namespace FolderSync.Configuration.Schema;

/// <summary>An option's place in Syncthing's configuration. REST reads and writes it as JSON, import reads it from XML.</summary>
/// <param name="Scope">The API object that contains it, such as <see cref="SyncthingOptions.Folder"/>.</param>
/// <param name="Name">Its field in that object, with dots for nested objects.</param>
/// <param name="Form">The form of its value there.</param>
public sealed record SyncthingField<T>(string Scope, string Name, SyncthingForm<T> Form)
{
    /// <summary>The element or attribute in Syncthing's config.xml, or null.</summary>
    public string? Import { get; init; }

    /// <summary>Import needs more than its form and reads it with code of its own.</summary>
    public bool IsImportedByHand { get; init; }

    /// <summary>Syncthing doesn't have it: its clients don't send it.</summary>
    public bool IsOwn { get; init; }

    public string Path => $"{Scope}.{Name}";
}

/// <summary>The form of a value in Syncthing's configuration, whether JSON or XML.</summary>
public abstract record SyncthingForm<T>
{
    /// <summary>The same form inside something larger.</summary>
    public abstract SyncthingForm<TWhole> Within<TWhole>(Func<TWhole, T> get, Func<TWhole, T, TWhole> put);

    public sealed record Boolean(Func<T, bool> Get, Func<T, bool, T> Set) : SyncthingForm<T>
    {
        public override SyncthingForm<TWhole> Within<TWhole>(Func<TWhole, T> get, Func<TWhole, T, TWhole> put) =>
            new SyncthingForm<TWhole>.Boolean(w => Get(get(w)), (w, v) => put(w, Set(get(w), v)));
    }

    /// <param name="Min">Import raises smaller numbers to this.</param>
    /// <param name="Max">Import lowers larger numbers to this.</param>
    public sealed record Integer(int Min, int Max, Func<T, int> Get, Func<T, int, T> Set) : SyncthingForm<T>
    {
        public override SyncthingForm<TWhole> Within<TWhole>(Func<TWhole, T> get, Func<TWhole, T, TWhole> put) =>
            new SyncthingForm<TWhole>.Integer(Min, Max, w => Get(get(w)), (w, v) => put(w, Set(get(w), v)));
    }

    /// <param name="Validate">Null for a valid value, otherwise a sentence for the client.</param>
    public sealed record Text(Func<T, string> Get, Func<T, string, T> Set, Func<string, string?>? Validate) : SyncthingForm<T>
    {
        public override SyncthingForm<TWhole> Within<TWhole>(Func<TWhole, T> get, Func<TWhole, T, TWhole> put) =>
            new SyncthingForm<TWhole>.Text(w => Get(get(w)), (w, v) => put(w, Set(get(w), v)), Validate);
    }

    /// <param name="Validate">Null for a valid item, otherwise a sentence for the client.</param>
    public sealed record TextList(Func<T, ImmutableArray<string>> Get, Func<T, ImmutableArray<string>, T> Set, Func<string, string?>? Validate) : SyncthingForm<T>
    {
        public override SyncthingForm<TWhole> Within<TWhole>(Func<TWhole, T> get, Func<TWhole, T, TWhole> put) =>
            new SyncthingForm<TWhole>.TextList(w => Get(get(w)), (w, v) => put(w, Set(get(w), v)), Validate);
    }

    /// <summary>One of several words, by its position; read without regard to case.</summary>
    public sealed record Choice(ImmutableArray<string> Choices, Func<T, int> Get, Func<T, int, T> Set) : SyncthingForm<T>
    {
        /// <summary>Words of older XML versions, with the position of the word that each means.</summary>
        public ImmutableArray<(string Word, int Means)> Older { get; init; } = [];

        /// <summary>A word of Syncthing's that isn't supported here, with a sentence.</summary>
        public ImmutableArray<(string Word, string Why)> Unsupported { get; init; } = [];

        public override SyncthingForm<TWhole> Within<TWhole>(Func<TWhole, T> get, Func<TWhole, T, TWhole> put) =>
            new SyncthingForm<TWhole>.Choice(Choices, w => Get(get(w)), (w, v) => put(w, Set(get(w), v))) { Older = Older, Unsupported = Unsupported };

        /// <summary>-1 when there is no such word.</summary>
        public int Find(string text)
        {
            for (var i = 0; i < Choices.Length; i++)
            {
                if (Choices[i].Equals(text, StringComparison.OrdinalIgnoreCase))
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

    /// <summary>It depends on other values or on more than the configuration: REST and import handle it with code of their own.</summary>
    public sealed record Custom : SyncthingForm<T>
    {
        public override SyncthingForm<TWhole> Within<TWhole>(Func<TWhole, T> get, Func<TWhole, T, TWhole> put) => new SyncthingForm<TWhole>.Custom();
    }
}
