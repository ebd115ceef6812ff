namespace FolderSync.Protocol;

/// <summary>A connection can't go on: the peer broke the protocol, closed it, or the stream failed. The message is the reason.</summary>
public sealed class BepException(string message, bool isViolation = false, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The peer broke the protocol (as against: the line broke).</summary>
    public bool IsViolation { get; } = isViolation;

    internal static BepException Violation(string message, Exception? inner = null) => new(message, true, inner);
}
