namespace FolderSync.Configuration.Home;

/// <summary>A start that can't be; the message says why and what to do.</summary>
public sealed class ServiceStartException(string message, Exception? inner = null) : Exception(message, inner);
