using FolderSync.Api.Service;
using FolderSync.Configuration.Store;

namespace FolderSync.Api.Access;

/// <summary>Logs a warning, which also appears under system/error, when other computers can reach the page.</summary>
internal sealed class AccessWarnings(PageEndpoint page, ConfigStore config, Func<bool> isOpenToNetwork, ILogger log)
{
    private const int SafeKey = 22;

    private bool _isOpen;

    public void Start()
    {
        Check();
        config.Changed += _ => Check();
        if (isOpenToNetwork() && page.Page.ApiKey.Length < SafeKey)
            Log.KeyIsShort(log, page.Page.ApiKey.Length, SafeKey);
    }

    private void Check()
    {
        var isOpen = isOpenToNetwork();
        if (isOpen && !_isOpen)
            Log.PageIsOpen(log, page.Page.Address);
        else if (!isOpen && _isOpen)
            Log.PageIsGuarded(log);
        _isOpen = isOpen;
    }
}
