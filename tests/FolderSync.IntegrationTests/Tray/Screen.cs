using System.Globalization;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Tray;

/// <summary>An X server without a monitor: its pixels, and a mouse.</summary>
internal sealed class Screen : IAsyncDisposable
{
    private readonly ChildProcess _server;
    private readonly ScratchDirectory _scratch = new();

    private Screen(ChildProcess server, string display) => (_server, Display) = (server, display);

    /// <summary>":100".</summary>
    public string Display { get; }

    public static bool IsMissing(params string[] programs) => programs.Any(p => Find(p) is null);

    public static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(d => Path.Combine(d, program)).FirstOrDefault(File.Exists);

    public static async Task<Screen> StartAsync()
    {
        // The server chooses the first free number and prints it.
        var server = ChildProcess.Start("Xvfb", ["-displayfd", "1", "-screen", "0", "1024x768x24", "-nolisten", "tcp"]);
        await Wait.UntilAsync(() => server.Log.Split('\n').Any(l => int.TryParse(l, out _)), () => $"Xvfb did not start: {server.Log}");
        return new Screen(server, ":" + server.Log.Split('\n').First(l => int.TryParse(l, out _)));
    }

    public Dictionary<string, string?> Surroundings => new() { ["DISPLAY"] = Display };

    public async Task<ProcessResult> XdotoolAsync(params string[] arguments) => await ChildProcess.RunAsync("xdotool", arguments, Surroundings);

    public Task ClickAsync(int x, int y, int button = 1) =>
        XdotoolAsync("mousemove", x.ToString(CultureInfo.InvariantCulture), y.ToString(CultureInfo.InvariantCulture), "click", button.ToString(CultureInfo.InvariantCulture));

    public Task PointAtAsync(int x, int y) => XdotoolAsync("mousemove", x.ToString(CultureInfo.InvariantCulture), y.ToString(CultureInfo.InvariantCulture));

    public async Task<Picture> LookAsync()
    {
        var file = _scratch.In(Guid.NewGuid().ToString("N") + ".ppm");
        var ended = await ChildProcess.RunAsync("import", ["-silent", "-window", "root", "-depth", "8", file], Surroundings);
        Assert.True(ended.ExitCode == 0, ended.All);
        var picture = Picture.Read(file);
        File.Delete(file);
        return picture;
    }

    /// <summary>Waits until the rectangle has changed and stays the same: what appears there has faded in.</summary>
    public async Task WaitUntilStableAsync(Picture before, int left, int top, int columns, int rows, Func<string> otherwise)
    {
        var last = before;
        await Wait.UntilAsync(async () =>
        {
            var now = await LookAsync();
            var settled = !now.SameAs(before, left, top, columns, rows) && now.SameAs(last, left, top, columns, rows);
            last = now;
            return settled;
        }, otherwise);
    }

    /// <summary>The position of a visible window of this class; null if there is none.</summary>
    public async Task<(int X, int Y, int Width, int Height)?> WindowAsync(string windowClass)
    {
        var found = await XdotoolAsync("search", "--onlyvisible", "--class", windowClass, "getwindowgeometry", "--shell", "%@");
        var values = found.Output.Split('\n').Select(l => l.Split('=')).Where(l => l.Length == 2).GroupBy(l => l[0]).ToDictionary(g => g.Key, g => int.TryParse(g.Last()[1], out var v) ? v : 0);
        return found.ExitCode == 0 && values.ContainsKey("WIDTH") ? (values["X"], values["Y"], values["WIDTH"], values["HEIGHT"]) : null;
    }

    /// <summary>
    /// The visible windows of this class, each with its number and its size. Not with its position: xdotool adds the parent window's position
    /// twice.
    /// </summary>
    public async Task<IReadOnlyList<(string Id, int Width, int Height)>> WindowsAsync(string windowClass)
    {
        var found = new List<(string Id, int Width, int Height)>();
        var (id, width) = ("", 0);
        foreach (var line in (await XdotoolAsync("search", "--onlyvisible", "--class", windowClass, "getwindowgeometry", "--shell", "%@")).Output.Split('\n'))
        {
            if (line.Split('=') is not [var name, var value])
                continue;
            if (name == "WINDOW")
                id = value;
            else if (name == "WIDTH")
                width = int.Parse(value, CultureInfo.InvariantCulture);
            else if (name == "HEIGHT")
                found.Add((id, width, int.Parse(value, CultureInfo.InvariantCulture)));
        }
        return found;
    }

    /// <summary>Moves the mouse to a position in a window; returns the position on the screen, or null if the window is gone.</summary>
    public async Task<(int X, int Y)?> PointInAsync(string window, int x, int y)
    {
        var moved = await XdotoolAsync("mousemove", "--window", window, x.ToString(CultureInfo.InvariantCulture), y.ToString(CultureInfo.InvariantCulture), "getmouselocation", "--shell");
        var values = moved.Output.Split('\n').Select(l => l.Split('=')).Where(l => l.Length == 2).ToDictionary(l => l[0], l => l[1]);
        return moved.ExitCode == 0 && values.ContainsKey("Y")
            ? (int.Parse(values["X"], CultureInfo.InvariantCulture), int.Parse(values["Y"], CultureInfo.InvariantCulture)) : null;
    }

    /// <summary>Saves a screenshot beside the tests' results, for analyzing a failure.</summary>
    /// <returns>Its path, or the reason why there is none.</returns>
    public async Task<string> KeepAsync(string name)
    {
        var file = Path.Combine(Directory.CreateDirectory(TestSettings.Results).FullName, $"{name}-{DateTime.UtcNow:HHmmss}.png");
        var ended = await ChildProcess.RunAsync("import", ["-silent", "-window", "root", file], Surroundings);
        return ended.ExitCode == 0 ? file : ended.All;
    }

    /// <summary>Saves a screenshot if FOLDERSYNC_TEST_SCREENSHOTS names a directory.</summary>
    public async Task ShootAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("FOLDERSYNC_TEST_SCREENSHOTS") is { Length: > 0 } directory)
            await ChildProcess.RunAsync("import", ["-silent", "-window", "root", Path.Combine(Directory.CreateDirectory(directory).FullName, name + ".png")], Surroundings);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _scratch.Dispose();
    }
}

/// <summary>A screen's pixels.</summary>
internal sealed class Picture(int width, int height, byte[] rgb)
{
    /// <summary>The position of a color, approximately; null if it isn't there.</summary>
    public (int X, int Y)? Find(int red, int green, int blue, int tolerance = 6)
    {
        var hits = Hits(red, green, blue, tolerance);
        // A few pixels of that color may belong to any edge.
        return hits.Count < 20 ? null : ((int)hits.Average(h => h.X), (int)hits.Average(h => h.Y));
    }

    /// <summary>The rectangle around the pixels with that color, approximately; empty if there are none.</summary>
    public (int X, int Y, int Width, int Height) Box(int red, int green, int blue, int tolerance = 6)
    {
        var hits = Hits(red, green, blue, tolerance);
        return hits.Count == 0 ? default
            : (hits.Min(h => h.X), hits.Min(h => h.Y), hits.Max(h => h.X) - hits.Min(h => h.X) + 1, hits.Max(h => h.Y) - hits.Min(h => h.Y) + 1);
    }

    /// <summary>The rectangle looks the same in the other picture.</summary>
    public bool SameAs(Picture other, int left, int top, int columns, int rows) => Enumerable.Range(top, rows)
        .All(y => rgb.AsSpan(3 * ((y * width) + left), 3 * columns).SequenceEqual(other.Row(y).Slice(3 * left, 3 * columns)));

    /// <summary>Both pixels are on the screen and have different colors.</summary>
    public bool Differ((int X, int Y) one, (int X, int Y) other) => Has(one) && Has(other) && !Pixel(one).SequenceEqual(Pixel(other));

    private bool Has((int X, int Y) at) => at.X >= 0 && at.X < width && at.Y >= 0 && at.Y < height;

    private ReadOnlySpan<byte> Pixel((int X, int Y) at) => Row(at.Y).Slice(3 * at.X, 3);

    private ReadOnlySpan<byte> Row(int y) => rgb.AsSpan(3 * y * width, 3 * width);

    private List<(int X, int Y)> Hits(int red, int green, int blue, int tolerance)
    {
        var hits = new List<(int X, int Y)>();
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var at = 3 * ((y * width) + x);
                if (Math.Abs(rgb[at] - red) <= tolerance && Math.Abs(rgb[at + 1] - green) <= tolerance && Math.Abs(rgb[at + 2] - blue) <= tolerance)
                    hits.Add((x, y));
            }
        }
        return hits;
    }

    public static Picture Read(string ppm)
    {
        var data = File.ReadAllBytes(ppm);
        var at = 0;
        string Word()
        {
            while (char.IsWhiteSpace((char)data[at]))
                at++;
            var start = at;
            while (!char.IsWhiteSpace((char)data[at]))
                at++;
            return System.Text.Encoding.ASCII.GetString(data, start, at - start);
        }
        Assert.Equal("P6", Word());
        var (width, height) = (int.Parse(Word(), CultureInfo.InvariantCulture), int.Parse(Word(), CultureInfo.InvariantCulture));
        Word();
        return new Picture(width, height, data[(at + 1)..]);
    }
}
