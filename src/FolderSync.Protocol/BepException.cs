using FolderSync.Core.Model;

namespace FolderSync.Protocol;

/// <summary>A connection can't continue: the peer broke the protocol or closed it, or the stream failed. The message is the reason.</summary>
public sealed class BepException(string message, bool isViolation = false, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>True when the peer broke the protocol rather than the connection failed.</summary>
    public bool IsViolation { get; } = isViolation;

    /// <summary>True when the peer's end of the stream was closed, as a program does that is still there.</summary>
    public bool IsClosedByPeer { get; init; }

    /// <summary>A message may contain a peer's text, which must not flood the log.</summary>
    private const int MaxMessage = 500;

    internal static BepException Violation(string message, Exception? inner = null) => new(TextLimits.CutToCharacters(message, MaxMessage), true, inner);
}
