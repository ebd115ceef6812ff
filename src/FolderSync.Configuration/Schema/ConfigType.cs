using System.Collections.Immutable;

namespace FolderSync.Configuration.Schema;

/// <summary>The allowed values of an option. Every option may also be empty, which means its default.</summary>
public abstract record ConfigType
{
    /// <summary>The name that the page knows it by.</summary>
    public string Kind => this switch
    {
        Text => "text",
        TextList => "texts",
        Bool => "bool",
        Int => "int",
        Choice => "word",
        Duration => "duration",
        Rate => "rate",
        Size => "size",
        DiskPart => "diskPart",
        _ => throw new InvalidOperationException($"{GetType().Name} has no name."),
    };

    public sealed record Text : ConfigType;

    /// <summary>A list, or one item without brackets.</summary>
    internal sealed record TextList : ConfigType;

    internal sealed record Bool : ConfigType;

    internal sealed record Int(int Min, int Max) : ConfigType;

    public sealed record Choice(ImmutableArray<string> Choices) : ConfigType;

    /// <param name="Zero">The word for 0; null when 0 isn't allowed.</param>
    internal sealed record Duration(string? Zero) : ConfigType;

    internal sealed record Rate : ConfigType;

    internal sealed record Size : ConfigType;

    /// <summary>A percentage of the disk, a size, or off.</summary>
    internal sealed record DiskPart : ConfigType;
}
