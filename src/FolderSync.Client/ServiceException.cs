using System.Net;

namespace FolderSync.Client;

/// <summary>The service could not be reached or refused the request; the message is a sentence for the user.</summary>
public sealed class ServiceException(string message, HttpStatusCode? status = null, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The response's status; null when there was no response.</summary>
    public HttpStatusCode? Status { get; } = status;
}
