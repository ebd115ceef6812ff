namespace FolderSync.Tray.Logging;

/// <summary>Lines for whoever looks why there is no icon; the same one is not said again until another was.</summary>
internal sealed class TrayLog(TextWriter output)
{
    private readonly Lock _lock = new();
    private string _last = "";

    public void Say(string line)
    {
        lock (_lock)
        {
            if (line == _last)
                return;
            _last = line;
            try
            {
                output.WriteLine("foldersync-tray: " + line.ReplaceLineEndings(" "));
                output.Flush();
            }
            catch (IOException)
            {
                // Nobody reads.
            }
        }
    }
}
