using System.Text.Json;
using FolderSync.Contracts;

namespace FolderSync.Client;

/// <summary>Finds the running service of a home directory.</summary>
public static class RunningService
{
    extension(ServiceAddress)
    {
        /// <summary>Null when no service has published its address. A killed one leaves its address: only a response proves that it runs.</summary>
        /// <param name="home">The service's home directory.</param>
        /// <exception cref="ServiceException">The file exists and can't be read.</exception>
        public static ServiceAddress? Find(string home)
        {
            var path = Path.Combine(home, ServiceAddress.FileName);
            try
            {
                // What another version wrote may lack what this one needs.
                return ServiceAddress.FromJson(File.ReadAllBytes(path)) is { Url: not null, ApiKey: not null } address && (!address.HasRest || Uri.IsWellFormedUriString(address.Url, UriKind.Absolute))
                    ? address
                    : null;
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
            {
                return null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ServiceException($"'{path}' can't be read: {e.Message} Run this as the user who runs the service.", inner: e);
            }
        }
    }
}
