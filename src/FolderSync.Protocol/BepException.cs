using FolderSync.Core.Model;

namespace FolderSync.Protocol;

/// <summary>A connection can't go on: the peer broke the protocol, closed it, or the stream failed. The message is the reason.</summary>
public sealed class BepException(string message, bool isViolation = false, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The peer broke the protocol (as against: the line broke).</summary>
    public bool IsViolation { get; } = isViolation;

    /// <summary>What a peer sent may stand in a sentence: nobody wants 100 KB of it in the log.</summary>
    private const int MaxMessage = 500;

    internal static BepException Violation(string message, Exception? inner = null) => new(TextLimits.CutToCharacters(message, MaxMessage), true, inner);
}
