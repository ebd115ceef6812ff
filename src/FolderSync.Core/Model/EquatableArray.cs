using System.Collections;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace FolderSync.Core.Model;

/// <summary>
/// An immutable list that equals every list of equal items in the same order, so that a record with one needs no Equals of its own.
/// </summary>
[CollectionBuilder(typeof(EquatableArray), nameof(EquatableArray.Create))]
public readonly struct EquatableArray<T>(ImmutableArray<T> items) : IReadOnlyList<T>, IEquatable<EquatableArray<T>>
{
    private readonly ImmutableArray<T> _items = items;

    public int Count => Items.Length;

    public int Length => Items.Length;

    public bool IsEmpty => Items.IsEmpty;

    /// <summary>The type's default value is an empty list.</summary>
    private ImmutableArray<T> Items => _items.IsDefault ? [] : _items;

    public T this[int index] => Items[index];

    public static implicit operator EquatableArray<T>(ImmutableArray<T> items) => new(items);

    public static implicit operator ImmutableArray<T>(EquatableArray<T> list) => list.Items;

    public static bool operator ==(EquatableArray<T> left, EquatableArray<T> right) => left.Equals(right);

    public static bool operator !=(EquatableArray<T> left, EquatableArray<T> right) => !left.Equals(right);

    public EquatableArray<T> Add(T item) => Items.Add(item);

    public EquatableArray<T> Remove(T item) => Items.Remove(item);

    public EquatableArray<T> RemoveAll(Predicate<T> match) => Items.RemoveAll(match);

    public EquatableArray<T> SetItem(int index, T item) => Items.SetItem(index, item);

    public bool Contains(T item) => Items.Contains(item);

    public bool Equals(EquatableArray<T> other) => Items.AsSpan().SequenceEqual(other.Items.AsSpan());

    public override bool Equals(object? obj) => obj is EquatableArray<T> other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in Items)
            hash.Add(item);
        return hash.ToHashCode();
    }

    public override string ToString() => $"[{string.Join(", ", Items)}]";

    public ImmutableArray<T>.Enumerator GetEnumerator() => Items.GetEnumerator();

    IEnumerator<T> IEnumerable<T>.GetEnumerator() => ((IEnumerable<T>)Items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable)Items).GetEnumerator();
}

/// <summary>Builds lists from collection expressions.</summary>
public static class EquatableArray
{
    public static EquatableArray<T> Create<T>(ReadOnlySpan<T> items) => new([.. items]);
}
