using FolderSync.Core.Model;

namespace FolderSync.Host.Config;

/// <summary>A configuration took the place of another.</summary>
public sealed record ConfigChange(Configuration Old, Configuration New);

/// <summary>
/// The home's `config.yaml`: what is in force, changes to it, and what a person saves. A bad file is never in force: the last good
/// one stays so, and <see cref="Error"/> says why. Thread-safe.
/// </summary>
public sealed class ConfigStore : IDisposable
{
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan SecondLook = TimeSpan.FromMilliseconds(300);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ConfigBackups _backups;
    private readonly DeviceId? _self;
    private readonly TimeProvider _time;
    private volatile State _state;
    private ConfigWatch? _watch;

    private ConfigStore(HomeDirectory home, DeviceId? self, TimeProvider time, State state, ConfigBackups backups)
    {
        Home = home;
        _self = self;
        _time = time;
        _state = state;
        _backups = backups;
    }

    /// <summary>Raised in order, after <see cref="Current"/> has changed. Handlers must be quick and never throw: they enqueue.</summary>
    public event Action<ConfigChange>? Changed;

    /// <summary>Raised when <see cref="Error"/> or <see cref="Warnings"/> changed.</summary>
    public event Action? ProblemsChanged;

    public HomeDirectory Home { get; }

    /// <summary>What is in force.</summary>
    public Configuration Current => _state.Configuration;

    /// <summary>The text that is in force.</summary>
    public string Text => _state.Document.Text;

    /// <summary>Why the file as it stands is not in force; null while it is.</summary>
    public ConfigException? Error => _state.Error;

    public IReadOnlyList<ConfigProblem> Warnings => _state.Warnings;

    /// <summary>
    /// Opens the home's file. A torn one (empty or with NULs, as a power cut leaves it) gives way to the last good one, and
    /// <see cref="Error"/> says so.
    /// </summary>
    /// <param name="self">This device, which is never a peer of itself; null where it is not known.</param>
    /// <exception cref="ConfigException">The file is wrong, or can't be read.</exception>
    public static ConfigStore Open(HomeDirectory home, DeviceId? self = null, TimeProvider? time = null)
    {
        time ??= TimeProvider.System;
        var backups = new ConfigBackups(home.ConfigBackups, time);
        var text = ReadFile(home);
        ConfigException? error = null;
        if (IsTorn(text) && backups.Newest() is { } good)
        {
            error = new ConfigException(home.ConfigFile, 0, 0, "The file is empty or damaged; the last good one is in force.",
                $"It is the newest in '{home.ConfigBackups}'. Any change made through the page or the command line writes it back.");
            text = good;
        }
        var state = Parse(home, text) with { Error = error };
        backups.Add(text);
        return new ConfigStore(home, self, time, state, backups);
    }

    /// <summary>From now on a saved file is in force within a second.</summary>
    public void Watch() => _watch ??= new ConfigWatch(Home.ConfigFile, TakeUpAsync, Settle, _time);

    /// <summary>Changes the configuration: the difference is spliced into the file as it stands, saved durably, and is in force then.</summary>
    /// <param name="change">Pure; may be called once.</param>
    /// <returns>What is in force now.</returns>
    /// <exception cref="ConfigException">The wanted configuration breaks a rule, or the file as it stands does; nothing was changed.</exception>
    /// <exception cref="IOException">The file could not be written; nothing was changed.</exception>
    public Task<Configuration> UpdateAsync(Func<Configuration, Configuration> change, CancellationToken cancellation = default) =>
        ReplaceAsync(state =>
        {
            var wanted = change(state.Configuration).Consistent(_self);
            return ConfigWriter.Write(state.Document, state.Configuration, wanted).Text;
        }, cancellation);

    /// <summary>Takes a whole new text, such as the page's editor sends.</summary>
    /// <exception cref="ConfigException">It is refused; nothing was changed.</exception>
    public Task<Configuration> UpdateTextAsync(string text, CancellationToken cancellation = default) => ReplaceAsync(_ => text, cancellation);

    /// <summary>Looks at the file now. Never throws for a bad one: <see cref="Error"/> says it then.</summary>
    public async Task TakeUpAsync(CancellationToken cancellation = default)
    {
        if (await TryTakeUpAsync(report: false, cancellation))
            return;
        // An editor that writes in two steps shows half a file for a moment.
        await Task.Delay(SecondLook, _time, cancellation);
        await TryTakeUpAsync(report: true, cancellation);
    }

    public void Dispose()
    {
        _watch?.Dispose();
        _gate.Dispose();
    }

    private async Task<Configuration> ReplaceAsync(Func<State, string> change, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            var text = ReadFile(Home);
            var onDisk = text == Text || IsTorn(text) ? _state : Parse(Home, text);
            var changed = change(onDisk);
            if (changed != text)
            {
                var next = Parse(Home, changed);
                _backups.Add(onDisk.Document.Text);
                DurableFile.Write(Home.ConfigFile, changed);
                onDisk = next;
            }
            PutInForce(onDisk with { Error = null });
            return Current;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<bool> TryTakeUpAsync(bool report, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            var text = ReadFile(Home);
            if (IsTorn(text) && !IsTorn(Text))
                throw new ConfigException(Home.ConfigFile, 0, 0, "The file is empty or damaged; the last good one stays in force.", null);
            PutInForce(text == Text ? _state with { Error = null } : Parse(Home, text));
            return true;
        }
        catch (ConfigException e)
        {
            if (report && Error?.Message != e.Message)
            {
                _state = _state with { Error = e };
                ProblemsChanged?.Invoke();
            }
            return false;
        }
        finally
        {
            _gate.Release();
        }
    }

    private void PutInForce(State next)
    {
        var old = _state;
        if (ReferenceEquals(next, old) || next == old)
            return;
        _state = next;
        if (next.Document.Text != old.Document.Text)
        {
            _backups.Add(next.Document.Text);
            Changed?.Invoke(new ConfigChange(old.Configuration, next.Configuration));
        }
        if (next.Error != old.Error || !next.Warnings.SequenceEqual(old.Warnings))
            ProblemsChanged?.Invoke();
    }

    private static State Parse(HomeDirectory home, string text)
    {
        var document = ConfigDocument.Parse(home.ConfigFile, text);
        var read = ConfigReader.Read(home.ConfigFile, document, home);
        return new State(document, read.Configuration, read.Warnings, null);
    }

    private static string ReadFile(HomeDirectory home)
    {
        try
        {
            var file = new FileInfo(home.ConfigFile);
            if (file.Exists && file.Length > 4L * YamlTreeReader.MaxLength)
                throw new ConfigException(home.ConfigFile, 0, 0, $"The file has {file.Length:N0} bytes; at most {YamlTreeReader.MaxLength:N0} are read.");
            return File.ReadAllText(home.ConfigFile);
        }
        catch (FileNotFoundException e)
        {
            throw new ConfigException(home.ConfigFile, 0, 0, "The file is not there.", $"Make it with `foldersync init --home {home.Path}`.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException(home.ConfigFile, 0, 0, $"The file can't be read: {e.Message}", null, e);
        }
    }

    private static bool IsTorn(string text) => string.IsNullOrWhiteSpace(text) || text.Contains('\0');

    private sealed record State(ConfigDocument Document, Configuration Configuration, IReadOnlyList<ConfigProblem> Warnings, ConfigException? Error);
}
