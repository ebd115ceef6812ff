namespace FolderSync.Tray.Logging;

/// <summary>Log lines for finding out why there is no icon. Doesn't repeat a line directly after itself.</summary>
internal sealed class TrayLog(TextWriter output)
{
    private readonly Lock _lock = new();
    private string _last = "";

    public void Write(string line)
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
                // Nobody reads the output.
            }
        }
    }
}
