using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using LiteDB;

namespace FolderSync.Index.State;

/// <summary>
/// A transaction that an error of the disk interrupts stays open in LiteDB 5.0.21, and its finalizer throws ("discarded page must be writable"):
/// that ends the process at some later collection. LiteDB has no public way to give up such a transaction.
/// </summary>
internal static class InterruptedTransactions
{
    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>Call it before the database is closed. Its transactions are never finalized; nothing of them is outside managed memory.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "LiteDB isn't trimmed.")]
    public static void Abandon(LiteDatabase database)
    {
        var engine = typeof(LiteDatabase).GetField("_engine", Any)?.GetValue(database);
        var monitor = engine?.GetType().GetField("_monitor", Any)?.GetValue(engine);
        if (monitor?.GetType().GetProperty("Transactions", Any)?.GetValue(monitor) is not IEnumerable transactions)
            return;
        foreach (var transaction in transactions)
            GC.SuppressFinalize(transaction);
    }
}
