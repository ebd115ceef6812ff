namespace FolderSync.Index.Sqlite;

/// <summary>A small pool of connections for readers. Each call sees one snapshot.</summary>
internal sealed class ReaderPool(string path) : IDisposable
{
    private const int Kept = 2;
    private const int CacheKib = 2048;

    private readonly Lock _lock = new();
    private readonly Stack<IndexConnection> _idle = [];
    private bool _disposed;

    public T Read<T>(Func<IndexConnection, T> read)
    {
        var connection = Rent();
        try
        {
            connection.Begin();
            var result = read(connection);
            connection.Commit();
            Return(connection);
            return result;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            while (_idle.TryPop(out var connection))
                connection.Dispose();
        }
    }

    private IndexConnection Rent()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_idle.TryPop(out var connection))
                return connection;
        }
        var opened = new IndexConnection(path, CacheKib);
        opened.Execute("PRAGMA query_only=1");
        return opened;
    }

    private void Return(IndexConnection connection)
    {
        lock (_lock)
        {
            if (!_disposed && _idle.Count < Kept)
            {
                _idle.Push(connection);
                return;
            }
        }
        connection.Dispose();
    }
}
