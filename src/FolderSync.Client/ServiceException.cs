using System.Net;

namespace FolderSync.Client;

/// <summary>The service could not be reached, or refused; the message is a sentence for a person.</summary>
public sealed class ServiceException(string message, HttpStatusCode? status = null, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What the service answered; null when there was no answer.</summary>
    public HttpStatusCode? Status { get; } = status;
}
