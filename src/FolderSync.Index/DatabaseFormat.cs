using System.Buffers.Binary;
using System.Text;

namespace FolderSync.Index;

/// <summary>
/// Reads the format number from a database file's first bytes, before the database is opened: opening one writes to it, and would work a newer
/// program's log into the file.
/// </summary>
internal static class DatabaseFormat
{
    private const int HeadLength = 100;

    /// <summary>SQLite's user_version of a database with that application_id; 0 for other or too short files.</summary>
    /// <remarks>
    /// 0 "SQLite format 3\0" ... | 60 user_version, big-endian | 64 ... | 68 application_id, big-endian
    /// </remarks>
    public static int ReadSqlite(string path, int applicationId) =>
        Head(path) is { } head && head.AsSpan().StartsWith("SQLite format 3\0"u8) && BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(68)) == applicationId
            ? BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(60)) : 0;

    /// <summary>LiteDB's USER_VERSION; 0 when the file isn't such a database.</summary>
    /// <remarks>
    /// 0 page's head | 32 "** This is a LiteDB file **" | 59 file version | 60 ... | 76 USER_VERSION, little-endian
    /// </remarks>
    public static int ReadLiteDb(string path) =>
        Head(path) is { } head && head.AsSpan(32).StartsWith(Encoding.ASCII.GetBytes("** This is a LiteDB file **")) ? BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(76)) : 0;

    /// <summary>Null when there is none or it can't be read: opening the database explains why.</summary>
    private static byte[]? Head(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
            var head = new byte[HeadLength];
            return file.ReadAtLeast(head, HeadLength, throwOnEndOfStream: false) == HeadLength ? head : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
