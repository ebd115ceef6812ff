namespace FolderSync.Configuration.Home;

/// <summary>The service can't start; the message says why and what to do.</summary>
public sealed class ServiceStartException(string message, Exception? inner = null) : Exception(message, inner);
