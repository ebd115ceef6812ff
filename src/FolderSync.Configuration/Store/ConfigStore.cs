using FolderSync.Configuration.Home;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Yaml;
using FolderSync.Core.Model;
using FolderSync.Platform;

namespace FolderSync.Configuration.Store;

/// <summary>A configuration replaced another.</summary>
public sealed record ConfigChange(ServiceConfig Old, ServiceConfig New);

/// <summary>
/// The home directory's `config.yaml`: the configuration in force, changes to it, and the user's edits. An invalid file never takes effect: the
/// last good one stays in force, even across restarts, and <see cref="Error"/> says why. Thread-safe.
/// </summary>
public sealed class ConfigStore : IDisposable
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(300);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ConfigBackups _backups;
    private readonly DeviceId? _self;
    private readonly TimeProvider _time;
    private volatile ConfigState _state;
    private volatile ConfigOverrides _overrides;
    private ConfigFileWatcher? _watch;

    private ConfigStore(HomeDirectory home, DeviceId? self, TimeProvider time, ConfigState state, ConfigOverrides overrides, ConfigBackups backups)
    {
        Home = home;
        _self = self;
        _time = time;
        _state = state;
        _overrides = overrides;
        _backups = backups;
    }

    /// <summary>Raised in order, after <see cref="Current"/> has changed. Handlers must be quick and never throw: they enqueue.</summary>
    public event Action<ConfigChange>? Changed;

    /// <summary>Raised when <see cref="Error"/> or <see cref="Warnings"/> changed.</summary>
    public event Action? ProblemsChanged;

    /// <summary>Reloading failed unexpectedly and will be retried. For handlers the same rules apply.</summary>
    public event Action<Exception>? ReloadFailed;

    public HomeDirectory Home { get; }

    /// <summary>The configuration in force: the file with flags and environment over it.</summary>
    public ServiceConfig Current => _state.Configuration;

    /// <summary>The text in force.</summary>
    public string Text => _state.Document.Text;

    /// <summary>Why the present file isn't in force, or null.</summary>
    public ConfigException? Error => _state.Error;

    public IReadOnlyList<ConfigProblem> Warnings => _state.Warnings;

    public ConfigState State => _state;

    public ConfigOverrides Overrides => _overrides;

    /// <summary>
    /// Opens the home directory's file. If it is missing, torn or invalid, the last good one is used and <see cref="Error"/> says why.
    /// </summary>
    /// <param name="self">This device, which is never its own peer; null when unknown.</param>
    /// <exception cref="ConfigException">The file is invalid or unreadable, and there is no good one.</exception>
    public static ConfigStore Open(HomeDirectory home, DeviceId? self = null, TimeProvider? time = null) => Open(home, ConfigOverrides.None, self, time);

    /// <param name="overrides">Override the file for the store's lifetime.</param>
    /// <exception cref="ConfigException">As above, and when an override is invalid.</exception>
    public static ConfigStore Open(HomeDirectory home, ConfigOverrides overrides, DeviceId? self = null, TimeProvider? time = null)
    {
        time ??= TimeProvider.System;
        var backups = new ConfigBackups(home.ConfigBackups, time);
        var state = ConfigState.Load(home, backups, overrides);
        if (state.Error is null)
            backups.Add(state.Document.Text);
        return new ConfigStore(home, self, time, state, overrides, backups);
    }

    /// <summary>From now on a saved file takes effect within a second.</summary>
    public void Watch() => _watch ??= new ConfigFileWatcher(Home.ConfigFile, ReloadAsync, e => ReloadFailed?.Invoke(e), _time);

    /// <summary>Changes the configuration: splices the difference into the present file, saves it durably and puts it into force.</summary>
    /// <remarks>A change of an overridden option is saved and takes effect once the override is gone.</remarks>
    /// <param name="change">Pure; may be called once.</param>
    /// <returns>The configuration now in force.</returns>
    /// <exception cref="ConfigException">The wanted configuration or the present file breaks a rule; nothing was changed.</exception>
    /// <exception cref="IOException">The file could not be written; nothing was changed.</exception>
    public Task<ServiceConfig> UpdateAsync(Func<ServiceConfig, ServiceConfig> change, CancellationToken cancellation = default) =>
        ReplaceAsync(text =>
        {
            // A file without content (torn, missing) is replaced by the last good text with the change; the user has to fix an invalid one.
            var state = text == Text || ConfigState.IsPartiallyWritten(text) ? _state : ConfigState.Parse(Home, text, _overrides);
            _backups.Add(state.Document.Text);
            return ConfigWriter.Write(state.Document, state.Configuration, change(state.Configuration).Consistent(_self)).Text;
        }, cancellation);

    /// <summary>Replaces the whole text, for instance from the page's editor.</summary>
    /// <exception cref="ConfigException">It is invalid; nothing was changed.</exception>
    public Task<ServiceConfig> UpdateTextAsync(string text, CancellationToken cancellation = default) => ReplaceAsync(_ => text, cancellation);

    /// <summary>Reloads the file now. Never throws for an invalid one: <see cref="Error"/> then says why.</summary>
    public async Task ReloadAsync(CancellationToken cancellation = default)
    {
        if (await TryReloadAsync(report: false, cancellation))
            return;
        // An editor that writes in two steps leaves half a file for a moment.
        await Task.Delay(RetryDelay, _time, cancellation);
        await TryReloadAsync(report: true, cancellation);
    }

    public void Dispose()
    {
        _watch?.Dispose();
        _gate.Dispose();
    }

    /// <summary>Sets an option that the service chose: in the file, or for this run if the file can't be changed now.</summary>
    public async Task SetOptionAsync(string section, string option, string value, string why, CancellationToken cancellation)
    {
        var settled = ConfigOverrides.None.With(new ConfigOverride(section, option, value, why));
        try
        {
            await UpdateAsync(settled.ApplyTo, cancellation);
        }
        catch (Exception e) when ((e is ConfigException && Error is not null) || e is IOException or UnauthorizedAccessException)
        {
            // The file can't be changed now: set it for this run.
            await _gate.WaitAsync(cancellation);
            try
            {
                _overrides = _overrides.With(settled.All[0]);
                Activate(ConfigState.Parse(Home, Text, _overrides) with { Error = Error });
            }
            finally
            {
                _gate.Release();
            }
        }
    }

    private async Task<ServiceConfig> ReplaceAsync(Func<string, string> change, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            var text = File.Exists(Home.ConfigFile) ? ConfigState.ReadFile(Home) : "";
            var changed = change(text);
            var next = ConfigState.Parse(Home, changed, _overrides);
            if (changed != text)
                DurableFile.Write(Home.ConfigFile, changed);
            Activate(next.Document.Text == Text ? _state with { Error = null } : next);
            return Current;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<bool> TryReloadAsync(bool report, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            var text = ConfigState.ReadFile(Home);
            if (ConfigState.IsPartiallyWritten(text) && !ConfigState.IsPartiallyWritten(Text))
                throw new ConfigException(Home.ConfigFile, 0, 0, "The file is empty or damaged; the last valid version stays in force.", null);
            Activate(text == Text ? _state with { Error = null } : ConfigState.Parse(Home, text, _overrides));
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

    private void Activate(ConfigState next)
    {
        var old = _state;
        if (next == old)
            return;
        _state = next;
        if (next.Document.Text != old.Document.Text && next.Error is null)
            _backups.Add(next.Document.Text);
        if (!ReferenceEquals(next.Configuration, old.Configuration))
            Changed?.Invoke(new ConfigChange(old.Configuration, next.Configuration));
        if (next.Error != old.Error || !next.Warnings.SequenceEqual(old.Warnings))
            ProblemsChanged?.Invoke();
    }
}
