using System.Security.Cryptography;
using System.Text;
using FolderSync.Core.Model;
using FolderSync.Platform;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FolderSync.Index.Sqlite;

/// <summary>The folders' indexes as SQLite databases in one directory, one a folder.</summary>
public sealed class SqliteFolderIndexes : IFolderIndexes
{
    private static readonly string[] DatabaseFiles = ["", "-wal", "-shm"];

    private readonly string _directory;
    private readonly DeviceId _self;
    private readonly Func<ulong> _newIndexId;
    private readonly ILogger _log;

    /// <param name="directory">The directory of the databases, created if missing.</param>
    /// <param name="self">This device.</param>
    /// <param name="newIndexId">Returns a random number, not 0, for a new index.</param>
    public SqliteFolderIndexes(string directory, DeviceId self, Func<ulong> newIndexId, ILogger? log = null)
    {
        (_directory, _self, _newIndexId, _log) = (directory, self, newIndexId, log ?? NullLogger.Instance);
        OwnerOnlyDirectory.Create(directory);
    }

    /// <summary>
    /// Opens or creates the folder's index. Throws <see cref="IndexDamagedException"/> when it can't be trusted, and <see cref="IOException"/> when
    /// another process has it or the disk fails.
    /// </summary>
    public IFolderIndex Open(FolderId folder)
    {
        var path = PathOf(folder);
        var ownership = Own(folder, path);
        try
        {
            // SQLite's log inherits the mode of its database.
            OwnerOnlyFile.Create(path);
            return new SqliteFolderIndex(path, _self, _newIndexId, ownership, _log);
        }
        catch
        {
            ownership.Dispose();
            throw;
        }
    }

    public void Quarantine(FolderId folder)
    {
        var path = PathOf(folder);
        var aside = Path.ChangeExtension(path, ".damaged.db");
        using (Own(folder, path))
        {
            foreach (var suffix in DatabaseFiles)
            {
                File.Delete(aside + suffix);
                if (File.Exists(path + suffix))
                    File.Move(path + suffix, aside + suffix);
            }
        }
        Log.IndexQuarantined(_log, folder.Value, aside);
    }

    public void Remove(FolderId folder)
    {
        var path = PathOf(folder);
        using (Own(folder, path))
        {
            // The log first: a database without its log is older but consistent; a log without its database could be taken for another's.
            foreach (var suffix in DatabaseFiles.Reverse())
            {
                File.Delete(path + suffix);
                File.Delete(Path.ChangeExtension(path, ".damaged.db") + suffix);
            }
        }
        File.Delete(LockPathOf(path));
    }

    /// <summary>A file name that every system accepts, unique per folder: contains simple IDs verbatim, others with a hash.</summary>
    internal static string FileNameOf(FolderId folder)
    {
        var id = folder.Value;
        if (id.Length is > 0 and <= 48 && id.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-' or '_'))
            return $"index-{id}.db";
        var plain = string.Concat(id.Where(char.IsAsciiLetterOrDigit).Take(16)).ToLowerInvariant();
        return $"index-{plain}.{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan(0, 8))}.db";
    }

    private static string LockPathOf(string path) => Path.ChangeExtension(path, ".lock");

    private static FileStream Own(FolderId folder, string path)
    {
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 1 };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = OwnerOnlyFile.Mode;
            return new FileStream(LockPathOf(path), options);
        }
        catch (IOException e)
        {
            throw new IOException($"The index of folder '{folder}' ({path}) is in use: does another FolderSync run on the same home? ({e.Message})", e);
        }
    }

    private string PathOf(FolderId folder) => Path.Combine(_directory, FileNameOf(folder));
}
